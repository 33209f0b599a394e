/// The elements of an attention call, for the reference kernels.
struct AttentionCall {
    let layout: AttentionLayout
    let samples: Int
    let queries: Int
    let keys: Int
    let size: Int
    let valueSize: Int
    let scale: Double
    private let query: [Double]
    private let key: [Double]
    private let value: [Double]
    private let mask: Tensor?
    private let lengths: [Int]?

    /// A row of the scores of one head.
    struct Row {
        var sample: Int
        var head: Int
        var query: Int
        /// The key head that the head reads.
        var keyHead: Int
    }

    /// - Parameters:
    ///   - operands: query, key and value, and what follows.
    ///   - extras: mask and lengths, as many of them as there are.
    init(_ layout: AttentionLayout, _ operands: [Tensor], extras: [Tensor]) {
        self.layout = layout
        (query, key, value) = (operands[0].elements, operands[1].elements, operands[2].elements)
        (samples, queries, keys) = (operands[0].shape[0], operands[0].shape[1], operands[1].shape[1])
        size = operands[0].shape[2] / layout.heads
        valueSize = operands[2].shape[2] / layout.keyHeads
        scale = layout.scale ?? 1 / Double(size).squareRoot()
        mask = extras.first { $0.elementType != .i32 }
        lengths = extras.first { $0.elementType == .i32 }?.integers
    }

    func forEachRow(_ body: (Row) -> Void) {
        for sample in 0..<samples {
            for head in 0..<layout.heads {
                for query in 0..<queries {
                    body(
                        Row(
                            sample: sample, head: head, query: query, keyHead: head / (layout.heads / layout.keyHeads)))
                }
            }
        }
    }

    /// Where an element of a query's head is among all.
    func queryOffset(_ row: Row, _ element: Int) -> Int {
        ((row.sample * queries + row.query) * layout.heads + row.head) * size + element
    }
    func outputOffset(_ row: Row, _ element: Int) -> Int {
        ((row.sample * queries + row.query) * layout.heads + row.head) * valueSize + element
    }
    func keyOffset(_ row: Row, _ key: Int, _ element: Int) -> Int {
        ((row.sample * keys + key) * layout.keyHeads + row.keyHead) * size + element
    }
    func valueOffset(_ row: Row, _ key: Int, _ element: Int) -> Int {
        ((row.sample * keys + key) * layout.keyHeads + row.keyHead) * valueSize + element
    }
    func query(_ row: Row, _ element: Int) -> Double { query[queryOffset(row, element)] }
    func key(_ row: Row, _ number: Int, _ element: Int) -> Double { key[keyOffset(row, number, element)] }
    func value(_ row: Row, _ number: Int, _ element: Int) -> Double { value[valueOffset(row, number, element)] }

    /// The scores of the keys that a row sees: the first ones.
    func scores(_ row: Row) -> [Double] {
        var count = lengths.map { min(max($0[row.sample], 0), keys) } ?? keys
        if layout.isCausal { count = min(count, max(row.query + layout.causalOffset + 1, 0)) }
        return (0..<count).map { key in
            let product = (0..<size).reduce(0.0) { $0 + query(row, $1) * self.key(row, key, $1) }
            return scale * product + (mask.map { masked($0, [row.sample, row.head, row.query, key]) } ?? 0)
        }
    }

    private func masked(_ mask: Tensor, _ place: [Int]) -> Double {
        var offset = 0
        for (index, extent) in zip(place, mask.shape) { offset = offset * extent + (extent == 1 ? 0 : index) }
        return mask.elements[offset]
    }
}
