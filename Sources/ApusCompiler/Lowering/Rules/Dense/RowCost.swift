import ApusInstructions

/// What a product of `rows` rows of each sample with a matrix of weights costs, in cycles of a core.
struct RowCost {
    var rows: Int
    var inputs: Int
    var outputs: Int
    let lanes: Int

    private let core = CoreModel()
    /// Bytes of weights that stay in the nearest cache from some rows to the next, and bytes that come from the next one in a cycle.
    private let nearestBytes = 32 * 1024
    private let nearBandwidth = 32.0
    /// Cycles in which a vector of rows is put into panels, and in which a call of a product begins.
    private let packing = 2.0
    private let start = 150.0

    private var blocks: Int { (outputs + lanes - 1) / lanes }

    /// By **dense**: the weights of one or two blocks of outputs are read again for each three rows.
    var dense: Double {
        let width = lanes >= 16 ? 2 : 1
        let groups = Double((rows + 2) / 3 * ((blocks + width - 1) / width))
        let sums = Double(min(rows, 3) * width)
        let loads = Double(min(rows, 3) + width)
        var term = max(sums / core.multiplyAdds, loads / core.loads)
        let bytes = inputs * width * lanes * 4
        if bytes > nearestBytes { term = max(term, Double(width * lanes * 4) / nearBandwidth) }
        return groups * Double(inputs) * term
    }

    /// By **contract**: tiles of a dozen rows, that are put into panels first.
    var contract: Double {
        let tile = MatrixTile(lanes: lanes)
        let columns = Double((outputs + tile.columns - 1) / tile.columns * tile.columns / lanes)
        let tiles = Double((rows + tile.rows - 1) / tile.rows)
        let sums = Double(rows) * columns
        let loads = Double(rows) * columns / Double(tile.columns / lanes) + tiles * columns
        let term = max(sums / core.multiplyAdds, loads / core.loads)
        return start + Double(inputs) * term + Double(rows * inputs / lanes) * packing
    }
}
