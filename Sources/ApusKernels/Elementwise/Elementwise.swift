import ApusInstructions

/// Elements that one step of a program computes before the next step starts: enough to make the cost of choosing the
/// operation small, and few enough that all registers stay in the first-level cache.
private let chunk = 128

func elementwise(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: ElementwiseParameters.self)
    let program = Program(
        steps: (parameters + MemoryLayout<ElementwiseParameters>.stride).assumingMemoryBound(to: ElementwiseStep.self),
        count: Int(settings.steps), sources: Int(settings.sources))
    // Results but the last need memory of their own: most programs are short, and clearing more than they need would
    // cost a small tensor more than its work.
    if program.isShort {
        var scratch = InlineArray<512, Float>(repeating: 0)
        withUnsafeMutableBytes(of: &scratch) { run(program, operands, settings, samples, $0) }
    } else {
        var scratch = InlineArray<2048, Float>(repeating: 0)
        withUnsafeMutableBytes(of: &scratch) { run(program, operands, settings, samples, $0) }
    }
}

private func run(
    _ program: Program, _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ settings: ElementwiseParameters,
    _ samples: Int, _ scratch: UnsafeMutableRawBufferPointer
) {
    let registers = scratch.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
    let count = Int(settings.count)
    for sample in 0..<samples {
        let sources = Sources(operands, settings, sample: sample)
        let destination = operands.floats(program.sources) + sample * Int(settings.destinationStride)
        var index = 0
        while index + lanes <= count {
            // Nothing lies between the steps of a program that has one.
            let whole = min(program.count == 1 ? count : chunk, (count - index) / lanes * lanes)
            program.run(sources, at: index, to: destination + index, count: whole, registers: registers)
            index += whole
        }
        if index < count {
            program.runTail(sources, at: index, to: destination, count: count - index, registers: registers)
        }
    }
}

/// The addresses of a program's sources for one sample.
private struct Sources {
    var addresses: (Floats?, Floats?, Floats?, Floats?)

    @inline(__always)
    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ settings: ElementwiseParameters, sample: Int) {
        addresses = (
            settings.sources > 0 ? operands.floats(0) + sample * Int(settings.stride0) : nil,
            settings.sources > 1 ? operands.floats(1) + sample * Int(settings.stride1) : nil,
            settings.sources > 2 ? operands.floats(2) + sample * Int(settings.stride2) : nil,
            settings.sources > 3 ? operands.floats(3) + sample * Int(settings.stride3) : nil
        )
    }

    @inline(__always)
    subscript(_ index: Int) -> Floats {
        switch index {
        case 0: addresses.0.unsafelyUnwrapped
        case 1: addresses.1.unsafelyUnwrapped
        case 2: addresses.2.unsafelyUnwrapped
        default: addresses.3.unsafelyUnwrapped
        }
    }
}

/// The steps of an element-wise program.
private struct Program {
    let steps: UnsafePointer<ElementwiseStep>
    let count: Int
    let sources: Int

    /// Whether memory for four results is enough: then a result's place is its step's, else its register's.
    @inline(__always)
    var isShort: Bool { count <= 5 }

    /// Runs the program on `count` elements, a multiple of the lanes. Sources are read where they lie, and the last step
    /// writes to the destination: it may be one of the sources.
    func run(_ sources: Sources, at index: Int, to destination: Floats, count elements: Int, registers: Floats) {
        var places = InlineArray<16, Floats>(repeating: registers)
        for register in 0..<ElementwiseStep.registers {
            places[register] = register < self.sources ? sources[register] + index : registers
        }
        if count == 0 {
            copy(places[0], to: destination, count: elements)
        }
        for number in 0..<count {
            let step = steps[number]
            let result = Int(step.result)
            let write = number == count - 1 ? destination : registers + (isShort ? number : result) * chunk
            execute(step, places[Int(step.first)], places[Int(step.second)], write, count: elements)
            places[result] = write
        }
    }

    /// Runs the program on fewer elements than a vector has: through copies, so that nothing beyond them is touched.
    func runTail(_ sources: Sources, at index: Int, to destination: Floats, count elements: Int, registers: Floats) {
        var copies = InlineArray<5, Vector>(repeating: Vector())
        withUnsafeMutableBytes(of: &copies) { bytes in
            let start = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
            var tail = sources
            for source in 0..<self.sources {
                start.store(sources[source].vector(at: index, count: elements), at: source * lanes)
            }
            tail.addresses = (start, start + lanes, start + 2 * lanes, start + 3 * lanes)
            let result = start + 4 * lanes
            run(tail, at: 0, to: result, count: lanes, registers: registers)
            for element in 0..<elements {
                destination[index + element] = result[element]
            }
        }
    }

    @inline(__always)
    private func execute(
        _ step: ElementwiseStep, _ first: Floats, _ second: Floats, _ result: Floats, count elements: Int
    ) {
        let one = Vector(repeating: 1)
        switch ElementwiseStep.Operation(rawValue: step.operation) {
        case .constant: fill(result, count: elements, with: step.value)
        case .add: apply(first, second, result, elements) { $0 + $1 }
        case .subtract: apply(first, second, result, elements) { $0 - $1 }
        case .multiply: apply(first, second, result, elements) { $0 * $1 }
        case .divide: apply(first, second, result, elements) { $0 / $1 }
        case .maximum: apply(first, second, result, elements) { maximum($0, $1) }
        case .minimum: apply(first, second, result, elements) { minimum($0, $1) }
        case .negate: apply(first, result, elements) { -$0 }
        case .exponential: exponentials(first, result, elements)
        case .logarithm: logarithms(first, result, elements)
        case .squareRoot: squareRoots(first, result, elements)
        case .greater: apply(first, second, result, elements) { Vector().replacing(with: one, where: $0 .> $1) }
        case .hyperbolicTangent: hyperbolicTangents(first, result, elements)
        case .logistic: logistics(first, result, elements)
        case .addNumber: apply(first, result, elements) { $0 + step.value }
        case .multiplyByNumber: apply(first, result, elements) { $0 * step.value }
        case .maximumWithNumber:
            let number = Vector(repeating: step.value)
            apply(first, result, elements) { maximum($0, number) }
        case .minimumWithNumber:
            let number = Vector(repeating: step.value)
            apply(first, result, elements) { minimum($0, number) }
        case .swish: swishes(first, result, elements, slope: step.value)
        case .hardSwish: hardSwishes(first, result, elements)
        case .tanhGelu: tanhGelus(first, result, elements)
        case .tanhGeluSlope: tanhGeluSlopes(first, result, elements)
        case .gelu: gelus(first, result, elements)
        case nil: fill(result, count: elements, with: .nan)
        }
    }
}

@inline(__always)
private func apply(_ first: Floats, _ result: Floats, _ count: Int, _ function: (Vector) -> Vector) {
    var index = 0
    while index < count {
        result.store(function(first.vector(at: index)), at: index)
        index += lanes
    }
}

@inline(__always)
private func apply(
    _ first: Floats, _ second: Floats, _ result: Floats, _ count: Int, _ function: (Vector, Vector) -> Vector
) {
    var index = 0
    while index < count {
        result.store(function(first.vector(at: index), second.vector(at: index)), at: index)
        index += lanes
    }
}

// One loop for each of the long functions: passed as a closure, they would stay calls.

private func exponentials(_ first: Floats, _ result: Floats, _ count: Int) {
    for index in stride(from: 0, to: count, by: lanes) {
        result.store(exponential(first.vector(at: index)), at: index)
    }
}

private func logarithms(_ first: Floats, _ result: Floats, _ count: Int) {
    for index in stride(from: 0, to: count, by: lanes) {
        result.store(logarithm(first.vector(at: index)), at: index)
    }
}

private func squareRoots(_ first: Floats, _ result: Floats, _ count: Int) {
    for index in stride(from: 0, to: count, by: lanes) {
        result.store(squareRoot(first.vector(at: index)), at: index)
    }
}

private func hyperbolicTangents(_ first: Floats, _ result: Floats, _ count: Int) {
    for index in stride(from: 0, to: count, by: lanes) {
        result.store(hyperbolicTangent(first.vector(at: index)), at: index)
    }
}

private func logistics(_ first: Floats, _ result: Floats, _ count: Int) {
    for index in stride(from: 0, to: count, by: lanes) {
        result.store(logistic(first.vector(at: index)), at: index)
    }
}

private func swishes(_ first: Floats, _ result: Floats, _ count: Int, slope: Float) {
    for index in stride(from: 0, to: count, by: lanes) {
        let x = first.vector(at: index)
        result.store(weighted(x, byLogisticOfNegative: x * -slope), at: index)
    }
}

private func hardSwishes(_ first: Floats, _ result: Floats, _ count: Int) {
    let (zero, one, half) = (Vector(), Vector(repeating: 1), Vector(repeating: 0.5))
    let sixth = Vector(repeating: 1 / 6)
    for index in stride(from: 0, to: count, by: lanes) {
        let x = first.vector(at: index)
        result.store(x * greater(zero, lesser(one, multiplyAdd(half, x, sixth))), at: index)
    }
}

private func gelus(_ first: Floats, _ result: Floats, _ count: Int) {
    for index in stride(from: 0, to: count, by: lanes) {
        let x = first.vector(at: index)
        let half = x * 0.5
        let weighted = multiplyAdd(half, half, errorFunction(x * 0.70710678118654752))
        // Where the error function is −1 but for its own error, a large number would multiply that.
        result.store(choose(Vector(), where: x .< -5.54, else: weighted), at: index)
    }
}

// `½ · (1 + tanh(u))` is the logistic function of `2u`. These are the factors of x and of x³ in `−2u`.

private let tanhGeluLinear: Float = -1.5957691216057308
private let tanhGeluCubic: Float = -1.5957691216057308 * 0.044715

private func tanhGelus(_ first: Floats, _ result: Floats, _ count: Int) {
    let (linear, cubic) = (Vector(repeating: tanhGeluLinear), Vector(repeating: tanhGeluCubic))
    for index in stride(from: 0, to: count, by: lanes) {
        let x = first.vector(at: index)
        result.store(weighted(x, byLogisticOfNegative: x * multiplyAdd(linear, x * x, cubic)), at: index)
    }
}

/// With `s = 1 / (1 + t)`, `t = exp(−2u)`: `s + s · (s · t) · x · 2u′`.
private func tanhGeluSlopes(_ first: Floats, _ result: Floats, _ count: Int) {
    let (linear, cubic) = (Vector(repeating: tanhGeluLinear), Vector(repeating: tanhGeluCubic))
    let (steepness, bend) = (Vector(repeating: -tanhGeluLinear), Vector(repeating: -3 * tanhGeluCubic))
    for index in stride(from: 0, to: count, by: lanes) {
        let x = first.vector(at: index)
        let square = x * x
        let exponent = x * multiplyAdd(linear, square, cubic)
        let bounded = lesser(Vector(repeating: 87), greater(Vector(repeating: -87), exponent))
        let power = exponentialWithin(bounded)
        let share = 1 / (1 + power)
        // In this order nothing overflows within the bounds; beyond them the second term is nothing.
        let growth = power * share * (x * multiplyAdd(steepness, square, bend))
        let isWithin = exponent .== bounded
        let slope = multiplyAdd(share, share, choose(growth, where: isWithin, else: Vector()))
        result.store(choose(x, where: x .!= x, else: slope), at: index)
    }
}
