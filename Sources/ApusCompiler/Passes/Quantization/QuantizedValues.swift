import ApusGraph

/// What is known of a graph's constants, for what computes with bytes: scales, zeros and codes.
struct QuantizedValues {
    let pattern: Pattern
    private let weights: [String: [Float]]

    var graph: Graph { pattern.graph }
    var index: GraphIndex { pattern.index }

    init(_ model: Model) {
        pattern = Pattern(model.graph)
        weights = model.weights
    }

    /// The elements of a constant, or of a parameter whose weights are there.
    func elements(of value: ValueID) -> Elements? {
        pattern.elements(of: value) ?? weights[graph[value].name].map { .numbers($0.map(Double.init)) }
    }

    /// The number that a constant of one element is.
    func number(_ value: ValueID) -> Double? {
        guard graph[value].type.shape?.reduce(1, *) == 1, let elements = elements(of: value) else { return nil }
        return elements.doubles[0]
    }

    /// The grid of a call of quantize_linear or dequantize_linear with one scale, as bytes without a sign have it: signed codes are 128
    /// less than those.
    func grid(_ node: Node, codes type: ElementType) -> ByteGrid? {
        guard type == .u8 || type == .i8, let scales = elements(of: node.operands[1]), scales.count == 1 else {
            return nil
        }
        var zero = 0
        if node.operands.count > 2 {
            guard let zeros = elements(of: node.operands[2]) else { return nil }
            zero = zeros.whole[0]
        }
        let scale = Double(Float(scales.doubles[0]))
        guard scale > 0, scale.isFinite else { return nil }
        return ByteGrid(scale: scale, zero: type == .i8 ? zero + 128 : zero)
    }

    /// Weights of signed bytes around zero: the codes, and a scale for each of the outputs, which are the first axis.
    struct Weights {
        var codes: Elements
        var scales: [Double]
    }

    func weights(_ value: ValueID, outputs: Int) -> Weights? {
        guard let (node, operation) = pattern.call(of: DequantizeLinear.self, making: value),
            graph[node.operands[0]].type.elementType == .i8, let codes = elements(of: node.operands[0]),
            let scales = elements(of: node.operands[1])?.doubles, scales.allSatisfy({ $0 > 0 && $0.isFinite })
        else { return nil }
        guard hasNoZero(node), operation.block == 0 || scales.count == 1 else { return nil }
        if scales.count == 1 { return Weights(codes: codes, scales: Array(repeating: scales[0], count: outputs)) }
        let rank = graph[value].type.rank
        guard operation.axis == 0 || operation.axis == -rank, scales.count == outputs else { return nil }
        return Weights(codes: codes, scales: scales)
    }

    /// Whether a call of dequantize_linear takes codes as they are.
    func hasNoZero(_ node: Node) -> Bool {
        guard node.operands.count > 2 else { return true }
        return elements(of: node.operands[2])?.whole.allSatisfy { $0 == 0 } ?? false
    }

    /// A bias as codes of 32 bits with these scales; zeros where there is none. Nil where its numbers are not known, or don't fit.
    func bias(_ value: ValueID?, scales: [Double]) -> [Int]? {
        guard let value else { return Array(repeating: 0, count: scales.count) }
        if let (node, _) = pattern.call(of: DequantizeLinear.self, making: value),
            graph[node.operands[0]].type.elementType == .i32, let codes = elements(of: node.operands[0]),
            let own = elements(of: node.operands[1])?.doubles, hasNoZero(node),
            own.count == scales.count || own.count == 1
        {
            let numbers = codes.whole.enumerated().map { index, code in
                let scale = own[own.count == 1 ? 0 : index]
                return scale == scales[index] ? Double(code) : (Double(code) * scale / scales[index])
            }
            return whole(numbers)
        }
        guard let numbers = elements(of: value)?.doubles, numbers.count == scales.count else { return nil }
        return whole(zip(numbers, scales).map { $0 / $1 })
    }

    private func whole(_ numbers: [Double]) -> [Int]? {
        let rounded = numbers.map { $0.rounded(.toNearestOrEven) }
        guard rounded.allSatisfy({ abs($0) < 2_147_483_648 }) else { return nil }
        return rounded.map { Int($0) }
    }
}
