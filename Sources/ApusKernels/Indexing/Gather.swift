import ApusInstructions

func gather(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: IndexParameters.self)
    switch StoredType(rawValue: Int32(settings.type)).unsafelyUnwrapped.bytes {
    case 1: gather(UInt8.self, operands, settings, samples)
    case 2: gather(UInt16.self, operands, settings, samples)
    case 4: gather(UInt32.self, operands, settings, samples)
    default: gather(UInt64.self, operands, settings, samples)
    }
}

@inline(__always)
private func gather<Element: BitwiseCopyable>(
    _ type: Element.Type, _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ settings: IndexParameters,
    _ samples: Int
) {
    let positions = IndexedPositions(settings)
    let source = operands[0].unsafelyUnwrapped.assumingMemoryBound(to: Element.self)
    let indices = operands[1].unsafelyUnwrapped
    let destination = operands[2].unsafelyUnwrapped.assumingMemoryBound(to: Element.self)
    for sample in 0..<samples {
        let from = source + sample * Int(settings.indexedSampleStride)
        var to = destination + sample * Int(settings.plainSampleStride)
        let sampleIndices = indices + sample * Int(settings.indexSampleStride) * Int(settings.indexBytes)
        if positions.run == 1 {
            positions.forEach(sampleIndices) { place, _ in
                to[0] = from[place]
                to += 1
            }
        } else {
            let bytes = positions.run * MemoryLayout<Element>.stride
            positions.forEach(sampleIndices) { place, _ in
                move(from + place, to, bytes)
                to += positions.run
            }
        }
    }
}

/// Copies a run. A short one costs less than a call of the C library.
@inline(__always)
private func move(_ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ bytes: Int) {
    let size = MemoryLayout<WideVector>.size
    if bytes < size || bytes > 16 * size {
        to.copyMemory(from: from, byteCount: bytes)
        return
    }
    var offset = 0
    while offset < bytes {
        // The last vector reaches back over what is copied already.
        let start = min(offset, bytes - size)
        to.storeBytes(
            of: from.loadUnaligned(fromByteOffset: start, as: WideVector.self), toByteOffset: start,
            as: WideVector.self)
        offset += size
    }
}
