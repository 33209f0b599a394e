import ApusGraph
import TestSupport

/// Numbers for random cases.
typealias CaseRandom = SplitMix64

/// A small network of random layers, with random weights.
struct RandomModel {
    private var random: CaseRandom
    private var editor: GraphEditor
    /// Values of the network that a later layer may go back to.
    private var trunk: [ValueID] = []
    private var count = 0

    static let batch = 3

    var model: Model { Model(graph: editor.graph.compacted()) }

    init(seed: UInt64) throws {
        random = CaseRandom(seed: seed)
        editor = GraphEditor(name: "random_\(seed)")
        let shape = [Int.random(in: 1...4, using: &random)] + pair(4...9)
        trunk = [try editor.addInput("image", TensorType(.f32, ["N"] + shape.map(Dimension.fixed)))]
        for _ in 0..<Int.random(in: 2...8, using: &random) { try addLayer() }
        if flip() { addShortcut() }
        try addHead()
    }

    private mutating func flip() -> Bool { Bool.random(using: &random) }

    private mutating func pair(_ range: ClosedRange<Int>) -> [Int] {
        [Int.random(in: range, using: &random), Int.random(in: range, using: &random)]
    }

    private mutating func padding(_ maximum: Int) -> Padding {
        if Int.random(in: 0..<4, using: &random) == 0 { return .same }
        let (near, far) = (pair(0...maximum), pair(0...maximum))
        return .explicit(top: near[0], left: near[1], bottom: far[0], right: far[1])
    }

    private mutating func name(_ stem: String) -> String {
        count += 1
        return "\(stem)\(count)"
    }

    /// Adds a call if the operator takes the operands; a random layer need not fit.
    private mutating func add(_ operation: any Operator, _ operands: [ValueID]) {
        if let results = try? editor.apply(operation, to: operands, names: [name(operation.name)]) {
            trunk.append(results[0])
        }
    }

    private mutating func addLayer() throws {
        let x = trunk[trunk.count - 1]
        switch Int.random(in: 0..<18, using: &random) {
        case 0...3: add(convolution(), [x])
        case 4, 5: add(Relu(), [x])
        case 6: add(MaxPool2D(window: [2, 2]), [x])
        case 7: add(MaxPool2D(window: pair(1...3), stride: pair(1...3), padding: padding(1)), [x])
        case 8: add(AveragePool2D(window: pair(1...3), stride: pair(1...3), padding: padding(1)), [x])
        case 9: add(BatchNorm(epsilon: 0.1), [x])
        case 10: add(Dropout(rate: flip() ? 0.25 : 0), [x])
        case 11: add(flip() ? Sigmoid() : Tanh(), [x])
        case 12:
            let other = trunk[Int.random(in: trunk.indices, using: &random)]
            add(flip() ? Add() : Multiply(), [x, other])
        case 13: add(PadConstant(before: [0, 0] + pair(0...1), after: [0, 0] + pair(0...1)), [x])
        case 14:
            add(Transpose(permutation: [0, 2, 3, 1]), [x])
            if flip() { add(Relu(), [trunk[trunk.count - 1]]) }
            if flip() || editor.graph[x].type.rank == 4 {
                add(Transpose(permutation: [0, 3, 1, 2]), [trunk[trunk.count - 1]])
            }
        case 15:
            guard editor.graph[x].type.rank == 4, let channels = editor.graph[x].type.dimensions[1].number else {
                break
            }
            let numbers = try editor.addParameter(
                name("numbers"), TensorType(.f32, shape: [1, channels, 1, 1]), initializer: .uniform(1))
            add(flip() ? Multiply() : Add(), flip() ? [x, numbers] : [numbers, x])
        case 16:
            add(Sigmoid(), [x])
            add(Multiply(), [x, trunk[trunk.count - 1]])
        default:
            let neutral = flip()
            let constant = try editor.addConstant(name("constant"), TensorType(.f32, []), elements: [neutral ? 1 : 0])
            add(neutral ? Multiply() : Add(), flip() ? [x, constant] : [constant, x])
        }
        // The layers that are fused, often.
        if flip(), editor.graph.nodes.last?.operation is Convolution2D {
            let pool = MaxPool2D(window: pair(1...3))
            let tail: [any Operator] = flip() ? [Relu(), pool] : [pool, Relu()]
            for operation in tail where flip() { add(operation, [trunk[trunk.count - 1]]) }
        }
    }

    /// A convolution that keeps its images' type, and the images added to it.
    private mutating func addShortcut() {
        let x = trunk[trunk.count - 1]
        guard let shape = editor.graph[x].type.sampleShape, shape.count == 3 else { return }
        add(Convolution2D(filters: shape[0], kernel: pair(1...3), padding: .same, bias: flip()), [x])
        guard let sum = trunk.last, sum != x else { return }
        add(Add(), flip() ? [x, sum] : [sum, x])
        if flip() { add(Relu(), [trunk[trunk.count - 1]]) }
    }

    private mutating func convolution() -> Convolution2D {
        Convolution2D(
            filters: 2 * Int.random(in: 1...2, using: &random), kernel: pair(1...3),
            stride: flip() ? [1, 1] : pair(1...2), padding: padding(1), dilation: flip() ? [1, 1] : pair(1...2),
            groups: Int.random(in: 1...2, using: &random), bias: flip())
    }

    private mutating func addHead() throws {
        add(flip() ? GlobalAveragePool() : Flatten(), [trunk[trunk.count - 1]])
        if flip() { add(Reshape(shape: [-1]), [trunk[trunk.count - 1]]) }
        if editor.graph[trunk[trunk.count - 1]].type.rank != 2 { add(Flatten(), [trunk[trunk.count - 1]]) }
        if flip() {
            add(Dense(units: 4, bias: flip()), [trunk[trunk.count - 1]])
            if flip() { add(BatchNorm(epsilon: 0.1), [trunk[trunk.count - 1]]) }
            add(Relu(), [trunk[trunk.count - 1]])
        }
        add(Dense(units: 3), [trunk[trunk.count - 1]])
        switch Int.random(in: 0..<3, using: &random) {
        case 0: add(Softmax(), [trunk[trunk.count - 1]])
        case 1: add(LogSoftmax(), [trunk[trunk.count - 1]])
        default: break
        }
        editor.addOutput(trunk[trunk.count - 1])
    }
}

/// Random inputs and weights for a graph.
func randomBindings(_ graph: Graph, seed: UInt64) -> [String: Tensor] {
    var random = CaseRandom(seed: seed)
    var bindings: [String: Tensor] = [:]
    for id in graph.inputs {
        let shape = graph[id].type.shape(batch: RandomModel.batch)
        let isLabels = graph[id].type.elementType == .i32
        bindings[graph[id].name] = Tensor(
            shape: shape,
            elements: (0..<shape.reduce(1, *)).map { _ in
                isLabels ? Double(Int.random(in: 0..<3, using: &random)) : Double.random(in: -1...1, using: &random)
            })
    }
    for parameter in graph.parameters {
        let shape = graph[parameter.value].type.shape(batch: RandomModel.batch)
        // Statistics are positive, as variances must be.
        let range = parameter.role == .trained ? -1.0...1 : 0.25...1
        bindings[graph[parameter.value].name] = Tensor(
            shape: shape,
            elements: (0..<shape.reduce(1, *)).map { _ in
                Double(Float.random(in: Float(range.lowerBound)...Float(range.upperBound), using: &random))
            })
    }
    return bindings
}
