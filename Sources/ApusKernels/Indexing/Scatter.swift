import ApusInstructions

func scatter(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: IndexParameters.self)
    let type = StoredType(rawValue: Int32(settings.type)).unsafelyUnwrapped
    let call = ScatterCall(operands: operands, settings: settings, samples: samples)
    if settings.operation == ScatterOperation.replace.rawValue {
        switch type.bytes {
        case 1: call.scatter(UInt8.self) { $1 }
        case 2: call.scatter(UInt16.self) { $1 }
        case 4: call.scatter(UInt32.self) { $1 }
        default: call.scatter(UInt64.self) { $1 }
        }
        return
    }
    switch type {
    case .int32: call.scatterIntegers(Int32.self)
    case .int64: call.scatterIntegers(Int64.self)
    case .uint8, .boolean: call.scatterIntegers(UInt8.self)
    default: call.scatterNumbers()
    }
}

private struct ScatterCall {
    let operands: UnsafePointer<UnsafeMutableRawPointer?>
    let settings: IndexParameters
    let samples: Int

    @inline(__always)
    func scatter<Element: BitwiseCopyable>(
        _ type: Element.Type, _ join: (_ present: Element, _ update: Element) -> Element
    ) {
        let positions = IndexedPositions(settings)
        let takesNearest = settings.takesNearest == 1
        let updates = operands[0].unsafelyUnwrapped.assumingMemoryBound(to: Element.self)
        let indices = operands[1].unsafelyUnwrapped
        let destination = operands[2].unsafelyUnwrapped.assumingMemoryBound(to: Element.self)
        for sample in 0..<samples {
            var from = updates + sample * Int(settings.plainSampleStride)
            let to = destination + sample * Int(settings.indexedSampleStride)
            let sampleIndices = indices + sample * Int(settings.indexSampleStride) * Int(settings.indexBytes)
            positions.forEach(sampleIndices) { place, isInside in
                if isInside || takesNearest {
                    let run = to + place
                    for index in 0..<positions.run { run[index] = join(run[index], from[index]) }
                }
                from += positions.run
            }
        }
    }

    @inline(__always)
    func scatterIntegers<Element: FixedWidthInteger & BitwiseCopyable>(_ type: Element.Type) {
        switch ScatterOperation(rawValue: settings.operation) {
        case .multiply: scatter(type) { $0 &* $1 }
        case .maximum: scatter(type) { $1 > $0 ? $1 : $0 }
        case .minimum: scatter(type) { $1 < $0 ? $1 : $0 }
        default: scatter(type) { $0 &+ $1 }
        }
    }

    /// A maximum or minimum is not a number where either isn't.
    @inline(__always)
    func scatterNumbers() {
        switch ScatterOperation(rawValue: settings.operation) {
        case .multiply: scatter(Float.self) { $0 * $1 }
        case .maximum: scatter(Float.self) { $0 > $1 || $0 != $0 ? $0 : $1 }
        case .minimum: scatter(Float.self) { $0 < $1 || $0 != $0 ? $0 : $1 }
        default: scatter(Float.self) { $0 + $1 }
        }
    }
}
