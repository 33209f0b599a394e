import ApusGraph

extension ExportTable {
    static let pools: [ExportEntry] = [
        .of(MaxPool1D.self) { _, node throws(NodeFailure) in try node.poolMaximum() },
        .of(MaxPool2D.self) { _, node throws(NodeFailure) in try node.poolMaximum() },
        .of(MaxPool3D.self) { _, node throws(NodeFailure) in try node.poolMaximum() },
        .of(AveragePool1D.self) { _, node throws(NodeFailure) in try node.poolAverage() },
        .of(AveragePool2D.self) { _, node throws(NodeFailure) in try node.poolAverage() },
        .of(AveragePool3D.self) { _, node throws(NodeFailure) in try node.poolAverage() },
        .plain(GlobalAveragePool.self, "GlobalAveragePool"),
        .plain(GlobalMaxPool.self, "GlobalMaxPool"),
        .of(LpPool.self, covers: { operation, _ in operation.p == operation.p.rounded() && operation.p < 1e6 }) {
            operation, node throws(NodeFailure) in
            let window = try node.poolWindow()
            node.finish(
                "LpPool", node.operands(),
                [
                    "kernel_shape": .ints(window.size), "strides": .ints(window.stride), "pads": window.pads,
                    "p": .int(Int(operation.p)),
                ])
        },
    ]
}

extension NodeExport {
    /// The window of a pool, with room for last windows that reach over the end: runtimes differ in when these count.
    fileprivate func poolWindow() throws(NodeFailure) -> ExportedWindow {
        var window = try window("window", strideIsSize: true)
        if flag("ceil"), !isPaddedSame { window.padPartialWindows(try extents()) }
        return window
    }

    fileprivate mutating func poolMaximum() throws(NodeFailure) {
        let window = try poolWindow()
        finish(
            "MaxPool", operands(),
            ["kernel_shape": .ints(window.size), "strides": .ints(window.stride), "pads": window.pads])
    }

    fileprivate mutating func poolAverage() throws(NodeFailure) {
        var window = try poolWindow()
        var x = operand()
        var countsPadding = flag("count_padding")
        // What lies beyond the padding never counts, so where the padding does, it is put there before.
        if countsPadding, flag("ceil"), !isPaddedSame {
            let (plain, extents) = (try self.window("window", strideIsSize: true), try extents())
            let ends = plain.ends(extents)
            let behind = extents.indices.map { min(plain.after[$0], ends[$0] - plain.before[$0] - extents[$0]) }
            x = emit("Pad", [x, vector([0, 0] + plain.before + [0, 0] + behind)])
            for axis in extents.indices {
                window.before[axis] = 0
                window.after[axis] = ends[axis] - plain.before[axis] - extents[axis] - behind[axis]
            }
            countsPadding = false
        }
        finish(
            "AveragePool", [x],
            [
                "kernel_shape": .ints(window.size), "strides": .ints(window.stride), "pads": window.pads,
                "count_include_pad": .flag(countsPadding),
            ])
    }
}
