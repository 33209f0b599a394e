import ApusGraph

extension OperatorTable {
    static let blocks: [OperatorEntry] = [
        OperatorEntry("DepthToSpace") { node throws(NodeFailure) in
            let (block, mode) = try node.block()
            try node.finish(DepthToSpace(block: block, mode: mode), node.input(0))
        },
        OperatorEntry("SpaceToDepth") { node throws(NodeFailure) in
            let (block, mode) = try node.block()
            try node.finish(SpaceToDepth(block: block, mode: mode), node.input(0))
        },
        OperatorEntry("Trilu", since: 14) { node throws(NodeFailure) in
            let isUpper = try node.flag("upper", default: true)
            let diagonal = boundedDiagonal(
                node.has(1) ? try node.integers(1, "the diagonal").first ?? 0 : 0)
            try node.finish(Triangle(isUpper: isUpper, diagonal: diagonal), node.input(0))
        },
    ]
}

/// A number of a diagonal, brought to where diagonals are empty or full whatever the matrix: its dimensions are smaller.
func boundedDiagonal(_ number: Int) -> Int { min(max(number, -1 << 24), 1 << 24) }

extension NodeImport {
    fileprivate mutating func block() throws(NodeFailure) -> (size: Int, mode: BlockMode) {
        (try int("blocksize"), try word("mode", default: "DCR", ["DCR": .depth, "CRD": .column]))
    }
}
