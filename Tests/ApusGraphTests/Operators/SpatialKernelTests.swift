import ApusGraph
import OperatorCases
import Testing

/// Convolutions and pools of one and three dimensions against their definitions, one place at a time.
///
/// Values of one and two dimensions are written as those of three, with extents of 1.
struct SpatialKernelTests {
    static let seed: UInt64 = 14

    private func run(_ operation: any Operator, _ operands: [Tensor]) throws -> Tensor {
        let types = operands.map { TensorType(.f32, shape: $0.shape) }
        let shapes = try operation.infer(types).map { $0.type.shape(batch: 1) }
        return operation.evaluate(operands, results: shapes, context: EvaluationContext())[0]
    }

    private func expectNear(_ given: Tensor, _ expected: [Double], _ place: String) {
        #expect(given.count == expected.count, "\(place)")
        let distance = zip(given.elements, expected).map { abs($0 - $1) }.max() ?? 0
        #expect(distance < 1e-12, "\(place) differs by \(distance)")
    }

    /// All index triples below the extents, in row-major order.
    private func places(_ extents: [Int]) -> [[Int]] {
        (0..<extents.reduce(1, *)).map { index in
            [index / (extents[1] * extents[2]), index / extents[2] % extents[1], index % extents[2]]
        }
    }

    /// Three numbers, the first ones 1 or what is said.
    private func three(_ numbers: [Int], fill: Int = 1) -> [Int] {
        Array(repeating: fill, count: 3 - numbers.count) + numbers
    }

    private func offset(_ place: [Int], _ extents: [Int]) -> Int? {
        guard zip(place, extents).allSatisfy({ $0 >= 0 && $0 < $1 }) else { return nil }
        return (place[0] * extents[1] + place[1]) * extents[2] + place[2]
    }

    /// The types of a composite operator are those of what it stands for, which must not be any number of operators.
    @Test("windows of very many layers are refused", arguments: [true, false])
    func manyLayersAreRefused(isTransposed: Bool) throws {
        let operation: any Operator =
            isTransposed
            ? ConvolutionTranspose3D(filters: 1, kernel: [65_536, 1, 1], bias: false)
            : Convolution3D(filters: 1, kernel: [65_536, 1, 1], bias: false)
        let types = [
            TensorType(.f32, shape: [1, 1, isTransposed ? 6 : 65_536, 1, 1]),
            TensorType(.f32, shape: [1, 1, 65_536, 1, 1]),
        ]
        let violation = try #require(throws: ConstraintViolation.self) { _ = try operation.infer(types) }
        #expect(
            violation.description
                == "\(operation.name) stands for more than 1024 operators (C1); give it a smaller window")
    }

    /// A window may be much larger than its image.
    @Test(.timeLimit(.minutes(1))) func largeWindowsAreGoneThroughQuickly() throws {
        let image = Tensor(shape: [1, 1, 2, 2], elements: [1, -3, 5, 2])
        let padding = Padding.explicit(top: 65_534, left: 65_534, bottom: 1, right: 1)
        let most = try run(MaxPool2D(window: [65_535, 65_535], stride: [1, 1], padding: padding), [image])
        #expect(most.elements == [1, 1, 1, 5, 5, 5, 5, 5, 5])
        let mean = try run(AveragePool2D(window: [65_535, 65_535], stride: [1, 1], padding: padding), [image])
        #expect(mean.count == 9 && mean.elements[8] == 1.25)
    }

    @Test("a convolution is its formula", arguments: [1, 3])
    func convolution(rank: Int) throws {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<40 {
            let call = SpatialCall(rank: rank, &random)
            let operation: any Operator =
                rank == 1
                ? Convolution1D(
                    filters: call.filters, kernel: call.size[0], stride: call.stride[0],
                    padding: (call.padding[0], call.padding[0]), dilation: call.dilation[0], groups: call.groups)
                : Convolution3D(
                    filters: call.filters, kernel: call.size, stride: call.stride, padding: call.padding,
                    dilation: call.dilation, groups: call.groups)
            let types = [call.operand] + operation.implicitParameters([call.operand]).map(\.type)
            let operands = types.map { Draw.spread.tensor($0.shape(batch: 2), &random) }
            let y = try run(operation, operands)
            let (x, weight) = (operands[0], operands[1])
            let (input, output) = (three(Array(x.shape.dropFirst(2))), three(Array(y.shape.dropFirst(2))))
            let (size, stride) = (three(call.size), three(call.stride))
            let (dilation, padding) = (three(call.dilation), three(call.padding, fill: 0))
            let (volume, area, channels) = (input.reduce(1, *), size.reduce(1, *), weight.shape[1])
            var expected: [Double] = []
            for sample in 0..<2 {
                for filter in 0..<call.filters {
                    for place in places(output) {
                        var sum = operands[2].elements[filter]
                        for channel in 0..<channels {
                            let source = filter / (call.filters / call.groups) * channels + channel
                            for (index, tap) in places(size).enumerated() {
                                let at = (0..<3).map { axis -> Int in
                                    let start = place[axis] * stride[axis] - padding[axis]
                                    return start + tap[axis] * dilation[axis]
                                }
                                guard let offset = offset(at, input) else { continue }
                                let factor = weight.elements[(filter * channels + channel) * area + index]
                                sum += factor * x.elements[(sample * x.shape[1] + source) * volume + offset]
                            }
                        }
                        expected.append(sum)
                    }
                }
            }
            expectNear(y, expected, "\(operation), case \(number), seed \(Self.seed)")
        }
    }

    @Test("a transposed convolution is its formula", arguments: [1, 2, 3])
    func transposedConvolution(rank: Int) throws {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<60 {
            let call = SpatialCall(rank: rank, &random)
            let operation = Self.transposed(call, rank: rank)
            let types = [call.operand] + operation.implicitParameters([call.operand]).map(\.type)
            let operands = types.map { Draw.spread.tensor($0.shape(batch: 2), &random) }
            let y = try run(operation, operands)
            let (x, weight) = (operands[0], operands[1])
            let input = three(Array(x.shape.dropFirst(2)))
            let (size, stride) = (three(call.size), three(call.stride))
            let (dilation, padding) = (three(call.dilation), three(call.croppable, fill: 0))
            let added = three(call.outputPadding, fill: 0)
            let output = (0..<3).map { axis -> Int in
                let last = (input[axis] - 1) * stride[axis] + dilation[axis] * (size[axis] - 1)
                return last + 1 - 2 * padding[axis] + added[axis]
            }
            #expect(three(Array(y.shape.dropFirst(2))) == output)
            let (volume, area, whole) = (input.reduce(1, *), size.reduce(1, *), output.reduce(1, *))
            let (channels, filters) = (x.shape[1], weight.shape[1])
            var expected = [Double](repeating: 0, count: 2 * call.filters * whole)
            for index in expected.indices { expected[index] = operands[2].elements[index / whole % call.filters] }
            for sample in 0..<2 {
                for channel in 0..<channels {
                    for (from, place) in places(input).enumerated() {
                        let value = x.elements[(sample * channels + channel) * volume + from]
                        for own in 0..<filters {
                            let filter = channel / (channels / call.groups) * filters + own
                            for (index, tap) in places(size).enumerated() {
                                let at = (0..<3).map { axis -> Int in
                                    let start = place[axis] * stride[axis] - padding[axis]
                                    return start + tap[axis] * dilation[axis]
                                }
                                guard let to = offset(at, output) else { continue }
                                let factor = weight.elements[(channel * filters + own) * area + index]
                                expected[(sample * call.filters + filter) * whole + to] += factor * value
                            }
                        }
                    }
                }
            }
            expectNear(y, expected, "\(operation), case \(number), seed \(Self.seed)")
        }
    }

    private static func transposed(_ call: SpatialCall, rank: Int) -> any Operator {
        switch rank {
        case 1:
            ConvolutionTranspose1D(
                filters: call.filters, kernel: call.size[0], stride: call.stride[0], padding: call.croppable[0],
                dilation: call.dilation[0], outputPadding: call.outputPadding[0], groups: call.groups)
        case 2:
            ConvolutionTranspose2D(
                filters: call.filters, kernel: call.size, stride: call.stride, padding: call.croppable,
                dilation: call.dilation, outputPadding: call.outputPadding, groups: call.groups)
        default:
            ConvolutionTranspose3D(
                filters: call.filters, kernel: call.size, stride: call.stride, padding: call.croppable,
                dilation: call.dilation, outputPadding: call.outputPadding, groups: call.groups)
        }
    }

    private enum Pool: CaseIterable { case maximum, average, averageWithPadding, norm }

    /// With `ceil` a last window that reaches over the padded end counts, unless it begins behind the values; places beyond the
    /// padding never count.
    @Test("a pool is its formula", arguments: [1, 2, 3])
    func pool(rank: Int) throws {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<120 {
            let call = SpatialCall(rank: rank, isPool: true, &random)
            let (kind, ceil) = (Pool.allCases[number % 4], random.chance(0.6))
            let operation = Self.pool(kind, call, rank: rank, ceil: ceil)
            let x = Draw.spread.tensor(call.operand.shape(batch: 2), &random)
            let y = try run(operation, [x])
            let input = three(Array(x.shape.dropFirst(2)))
            let (size, stride) = (three(call.size), three(call.stride))
            let padding = three(call.padding, fill: 0)
            let output = (0..<3).map { axis -> Int in
                let end = input[axis] + 2 * padding[axis]
                var (count, start) = (0, 0)
                while start + size[axis] <= end {
                    count += 1
                    start += stride[axis]
                }
                // The window before ended before the end, and this one begins before it.
                let leaves = start - stride[axis] + size[axis] < end
                return ceil && leaves && start < input[axis] + padding[axis] ? count + 1 : count
            }
            let place = "\(operation) of \(input), case \(number), seed \(Self.seed)"
            #expect(three(Array(y.shape.dropFirst(2))) == output, "\(place)")
            let volume = input.reduce(1, *)
            var expected: [Double] = []
            for plane in 0..<x.shape[0] * x.shape[1] {
                for window in places(output) {
                    var (values, counted) = ([Double](), 0)
                    for tap in places(size) {
                        let at = (0..<3).map { axis -> Int in window[axis] * stride[axis] + tap[axis] - padding[axis] }
                        let isCounted = (0..<3).allSatisfy { axis -> Bool in at[axis] < input[axis] + padding[axis] }
                        if isCounted { counted += 1 }
                        if let offset = offset(at, input) { values.append(x.elements[plane * volume + offset]) }
                    }
                    switch kind {
                    case .maximum: expected.append(values.max() ?? 0)
                    case .average: expected.append(values.reduce(0, +) / Double(values.count))
                    case .averageWithPadding: expected.append(values.reduce(0, +) / Double(counted))
                    case .norm: expected.append(values.reduce(0) { $0 + $1 * $1 }.squareRoot())
                    }
                }
            }
            expectNear(y, expected, place)
        }
    }

    private static func pool(_ kind: Pool, _ call: SpatialCall, rank: Int, ceil: Bool) -> any Operator {
        let (size, stride, padding) = (call.size, call.stride, call.padding)
        let counts = kind == .averageWithPadding
        let image =
            rank == 2
            ? Padding.explicit(top: padding[0], left: padding[1], bottom: padding[0], right: padding[1]) : .zero
        switch (kind, rank) {
        case (.maximum, 2): return MaxPool2D(window: size, stride: stride, padding: image, ceil: ceil)
        case (.average, 2), (.averageWithPadding, 2):
            return AveragePool2D(window: size, stride: stride, padding: image, countPadding: counts, ceil: ceil)
        case (.norm, _): return LpPool(window: size, stride: stride, padding: padding, ceil: ceil)
        case (.maximum, 1): return MaxPool1D(window: size, stride: stride, padding: padding, ceil: ceil)
        case (.maximum, _): return MaxPool3D(window: size, stride: stride, padding: padding, ceil: ceil)
        case (_, 1):
            return AveragePool1D(window: size, stride: stride, padding: padding, ceil: ceil, countPadding: counts)
        default:
            return AveragePool3D(window: size, stride: stride, padding: padding, ceil: ceil, countPadding: counts)
        }
    }
}
