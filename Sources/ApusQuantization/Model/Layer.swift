package import ApusGraph

/// A convolution or a dense layer with its weights.
package struct Layer: Sendable {
    /// The number of its node in the graph.
    package var node: Int
    /// The name of its result.
    package var name: String
    /// The operator's name.
    package var kind: String
    package var input: ValueID
    package var result: ValueID
    /// Channels or units of the result: the first dimension of the weight.
    package var outputs: Int
    /// Groups of channels that are convolved apart; 1 of a dense layer.
    package var groups: Int
    /// Channels or features of each group: the second dimension of the weight.
    package var inputs: Int
    /// Elements of the kernel; 1 of a dense layer.
    package var kernel: Int
    /// [outputs, inputs, kernel], row-major.
    package var weight: [Float]
    /// One for each output; nil where there is none.
    package var bias: [Float]?
    /// For one sample.
    package var multiplyAdds: Int
    /// Of a convolution: its operator, and rows and columns of its operand.
    var image: (convolution: Convolution2D, height: Int, width: Int)?

    init(node number: Int, _ node: Node, in graph: Graph, weight: [Float], bias: [Float]?) {
        let shape = graph[node.operands[1]].type.shape ?? []
        self.node = number
        name = graph[node.results[0]].name
        kind = node.operation.name
        input = node.operands[0]
        result = node.results[0]
        outputs = shape.first ?? 1
        inputs = shape.count > 1 ? shape[1] : 1
        kernel = shape.dropFirst(2).reduce(1, *)
        groups = (node.operation as? Convolution2D)?.groups ?? 1
        let operand = graph[node.operands[0]].type.dimensions.compactMap(\.number).suffix(2)
        image = (node.operation as? Convolution2D).map { ($0, operand.first ?? 1, operand.last ?? 1) }
        self.weight = weight
        self.bias = bias
        multiplyAdds =
            node.operation.cost(
                operands: node.operands.map { graph[$0].type }, results: node.results.map { graph[$0].type }
            ).multiplyAdds
    }

    /// Whether each channel is convolved by itself.
    var isDepthwise: Bool { groups > 1 && inputs == 1 && outputs == groups }

    /// Weights of an output.
    var rowLength: Int { inputs * kernel }

    /// The channel of the operand that an element of a row of the weight is multiplied with.
    func channel(output: Int, column: Int) -> Int { output / (outputs / groups) * inputs + column / kernel }
}
