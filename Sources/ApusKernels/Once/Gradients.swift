import ApusInstructions

func accumulate(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: AccumulateParameters.self)
    let arguments = operands[2].unsafelyUnwrapped.load(as: RunArguments.self)
    let gradients = operands.floats(0)
    let sums = operands.floats(1)
    let share = Vector(repeating: arguments.share)
    if arguments.isFirst == 1 {
        forEachVector(Int(settings.count)) { offset, width in
            sums.save(share * gradients.load(offset, width), offset, width)
        }
    } else {
        forEachVector(Int(settings.count)) { offset, width in
            sums.save(multiplyAdd(sums.load(offset, width), share, gradients.load(offset, width)), offset, width)
        }
    }
}

func squareSum(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: SquareSumParameters.self)
    if operands[2].unsafelyUnwrapped.load(as: RunArguments.self).isLast == 0 { return }
    let gradients = operands.floats(0)
    // No square of a number in single precision is too large or too small for double precision.
    var sums = DoubleVector()
    forEachVector(Int(settings.count)) { offset, width in
        let gradient = widened(gradients.load(offset, width))
        sums += gradient * gradient
    }
    var total = 0.0
    for lane in 0..<lanes {
        total += sums[lane]
    }
    operands[1].unsafelyUnwrapped.storeBytes(of: total, as: Double.self)
}

func clip(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: ClipParameters.self)
    if operands[2].unsafelyUnwrapped.load(as: RunArguments.self).isLast == 0 { return }
    let gradients = operands.floats(0)
    let squares = operands[1].unsafelyUnwrapped.assumingMemoryBound(to: Double.self)
    var total = 0.0
    for part in 0..<Int(settings.parts) {
        total += squares[part]
    }
    let norm = total.squareRoot()
    // Gradients that are not a number stay as they are, and the optimizer reports them.
    guard norm > Double(settings.limit) else { return }
    let scale = Vector(repeating: Float(Double(settings.limit) / norm))
    forEachVector(Int(settings.count)) { offset, width in
        gradients.save(scale * gradients.load(offset, width), offset, width)
    }
}
