import ApusInstructions

func reduceShards(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: ReduceParameters.self)
    let shards = operands.floats(0)
    let result = operands.floats(1)
    let stride = Int(settings.stride)
    let count = Int(settings.shards)
    forEachVector(Int(settings.count)) { offset, width in
        var sum = shards.load(offset, width)
        for shard in 1..<max(count, 1) {
            sum += shards.load(shard * stride + offset, width)
        }
        result.save(sum, offset, width)
    }
}

/// `base` to the power of `exponent`, by squaring.
private func power(_ base: Double, _ exponent: UInt32) -> Double {
    var result: Double = 1
    var square = base
    var rest = exponent
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}

/// Zero as long as every number it has seen is finite, and not a number after.
private struct Watch {
    private var sum = Vector()

    @inline(__always)
    mutating func see(_ vector: Vector) {
        sum = multiplyAdd(sum, vector, Vector())
    }

    @inline(__always)
    func report(_ status: Floats?) {
        let total = sumOfLanes(sum)
        if let status, total != total {
            status[0] = total
        }
    }
}

func adam(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: OptimizerParameters.self)
    let arguments = operands[5].unsafelyUnwrapped.load(as: RunArguments.self)
    if arguments.isLast == 0 { return }
    let weights = operands.floats(0)
    let gradients = operands.floats(1)
    let firstMoments = operands.floats(2)
    let secondMoments = operands.floats(3)
    let beta1 = Vector(repeating: settings.beta1)
    let beta2 = Vector(repeating: settings.beta2)
    let rest1 = Vector(repeating: 1 - settings.beta1)
    let rest2 = Vector(repeating: 1 - settings.beta2)
    let correction1 = 1 - power(Double(settings.beta1), arguments.step)
    let correction2 = 1 - power(Double(settings.beta2), arguments.step)
    let rate = Vector(repeating: Float(Double(arguments.learningRate) / correction1))
    let secondScale = Vector(repeating: Float(1 / correction2.squareRoot()))
    let epsilon = Vector(repeating: settings.epsilon)
    let kept = Vector(repeating: 1 - arguments.learningRate * settings.decay)
    var watch = Watch()
    forEachVector(Int(settings.count)) { offset, width in
        let gradient = gradients.load(offset, width)
        let first = multiplyAdd(rest1 * gradient, beta1, firstMoments.load(offset, width))
        let second = multiplyAdd(rest2 * gradient * gradient, beta2, secondMoments.load(offset, width))
        let step = rate * first / multiplyAdd(epsilon, squareRoot(second), secondScale)
        let weight = weights.load(offset, width) * kept - step
        firstMoments.save(first, offset, width)
        secondMoments.save(second, offset, width)
        weights.save(weight, offset, width)
        watch.see(gradient)
        watch.see(weight)
    }
    watch.report(operands.optionalFloats(4))
}

func momentum(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: OptimizerParameters.self)
    let arguments = operands[4].unsafelyUnwrapped.load(as: RunArguments.self)
    if arguments.isLast == 0 { return }
    let weights = operands.floats(0)
    let gradients = operands.floats(1)
    let velocities = operands.floats(2)
    let decay = Vector(repeating: settings.decay)
    let kept = Vector(repeating: settings.beta1)
    let descent = Vector(repeating: -arguments.learningRate)
    let nesterov = settings.nesterov == 1
    var watch = Watch()
    forEachVector(Int(settings.count)) { offset, width in
        let old = weights.load(offset, width)
        let given = gradients.load(offset, width)
        let gradient = multiplyAdd(given, decay, old)
        let velocity = multiplyAdd(gradient, kept, velocities.load(offset, width))
        let weight = multiplyAdd(old, descent, nesterov ? multiplyAdd(gradient, kept, velocity) : velocity)
        velocities.save(velocity, offset, width)
        weights.save(weight, offset, width)
        watch.see(given)
        watch.see(weight)
    }
    watch.report(operands.optionalFloats(3))
}

func movingAverage(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: OptimizerParameters.self)
    let arguments = operands[2].unsafelyUnwrapped.load(as: RunArguments.self)
    if arguments.isLast == 0 { return }
    let weights = operands.floats(0)
    let averages = operands.floats(1)
    let step = Float(arguments.step)
    let kept = min(settings.beta1, (1 + step) / (10 + step))
    forEachVector(Int(settings.count)) { offset, width in
        let average = averages.load(offset, width)
        let change = weights.load(offset, width) * (1 - kept)
        averages.save(multiplyAdd(change, average, Vector(repeating: kept)), offset, width)
    }
}
