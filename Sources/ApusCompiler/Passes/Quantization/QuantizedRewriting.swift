import ApusGraph

/// Bytes of the new graph.
struct Bytes {
    var value: ValueID
    /// The images whose elements, in their order, the bytes are.
    var image: ValueID?
}

/// Bytes, and which numbers they stand for.
struct Codes {
    var bytes: Bytes
    var grid: ByteGrid
}

/// A graph that is rewritten node by node, and which of its values have codes.
struct QuantizedRewriting {
    let known: QuantizedValues
    var rewriter: GraphRewriter
    /// The codes of old values of f32, in the new graph.
    private(set) var codes: [ValueID: Codes] = [:]
    /// Old values of bytes that the new graph has as bytes without a sign.
    private var unsigned: [ValueID: Bytes] = [:]
    /// Nodes that are computed with one before them.
    private var absorbed = Set<Int>()

    var graph: Graph { known.graph }

    init(_ model: Model, pass: RecognizeQuantized) throws(PassError) {
        known = QuantizedValues(model)
        rewriter = try GraphRewriter(model.graph, pass: pass)
    }

    func finish() -> Graph { rewriter.finish() }

    func isAbsorbed(_ number: Int) -> Bool { absorbed.contains(number) }

    mutating func absorb(_ numbers: [Int]) { absorbed.formUnion(numbers) }

    /// What follows a node and can be computed with it.
    func tail(after number: Int, _ abilities: QuantizedTail.Abilities = []) -> QuantizedTail {
        QuantizedTail(after: number, known, abilities) { codes[$0]?.grid }
    }

    mutating func quantize(_ node: Node) throws(PassError) -> Bool {
        guard node.operation is QuantizeLinear else { return false }
        let result = node.results[0]
        let type = graph[result].type.elementType
        guard let grid = known.grid(node, codes: type), known.elements(of: node.operands[0]) == nil else {
            return false
        }
        if let codes = codes[node.operands[0]] {
            try keepCodes(node.results, try codes.grid == grid ? codes.bytes : converted(codes, to: grid, result))
            return true
        }
        let operation = Quantize(scale: grid.scale, zero: grid.zero)
        let x = rewriter[node.operands[0]]
        if type == .u8 {
            try rewriter.replace(node.results, with: operation, [x])
            unsigned[result] = bytes(rewriter[result])
        } else {
            let value = try rewriter.emit(operation, [x], named: graph[result].name)
            unsigned[result] = bytes(value)
            try rewriter.keep(node)
        }
        return true
    }

    mutating func dequantize(_ node: Node) throws(PassError) -> Bool {
        guard node.operation is DequantizeLinear else { return false }
        let source = node.operands[0]
        guard let bytes = unsigned[source], let grid = known.grid(node, codes: graph[source].type.elementType) else {
            return false
        }
        try setCodes(of: node.results, bytes, grid)
        return true
    }

    /// A value of bytes, which is made of the elements of an image where it isn't one.
    func bytes(_ value: ValueID, of image: ValueID? = nil) -> Bytes {
        Bytes(value: value, image: rewriter.type(value).rank == 4 ? value : image)
    }

    /// Lets numbers of f32 be what these codes stand for.
    mutating func setCodes(of results: [ValueID], _ bytes: Bytes, _ grid: ByteGrid) throws(PassError) {
        codes[results[0]] = Codes(bytes: bytes, grid: grid)
        try rewriter.replace(results, with: Dequantize(scale: grid.scale, zero: grid.zero), [bytes.value])
    }

    /// Lets bytes stand for what the last node of a tail made, which is its codes or what they stand for.
    mutating func place(_ bytes: Bytes, _ grid: ByteGrid, at tail: QuantizedTail) throws(PassError) {
        absorb(tail.nodes)
        let last = graph.nodes[tail.last].results
        if graph[last[0]].type.elementType == .f32 {
            try setCodes(of: last, bytes, grid)
        } else {
            try keepCodes(last, bytes)
        }
    }

    /// Lets codes stand for those of the old graph.
    private mutating func keepCodes(_ results: [ValueID], _ bytes: Bytes) throws(PassError) {
        unsigned[results[0]] = bytes
        if graph[results[0]].type.elementType == .u8 {
            // An output keeps its name where that is possible.
            if rewriter.merge(results[0], into: bytes.value) { return }
            return try rewriter.replace(results, with: Identity(), [bytes.value])
        }
        // Signed ones, for whoever reads them as they are.
        let wide = try rewriter.emit(Cast(to: .f32), [bytes.value], named: graph[results[0]].name)
        let moved = try rewriter.emit(Elementwise(.operand(0) - 128), [wide], named: graph[results[0]].name)
        try rewriter.replace(results, with: Cast(to: .i8), [moved])
    }

    mutating func constant(
        _ name: String, _ type: ElementType, _ shape: [Int], _ elements: Elements
    ) throws(PassError) -> ValueID {
        try rewriter.addConstant(
            rewriter.freshName(name), TensorType(type, shape.map(Dimension.fixed)), elements: elements)
    }
}
