/// The row and the column of a tile, which go through an image row by row.
struct TilePosition {
    private(set) var row: Int
    private(set) var column: Int
    private let columns: Int

    @inline(__always)
    init(_ tile: Int, columns: Int) {
        (row, column) = (tile / columns, tile % columns)
        self.columns = columns
    }

    @inline(__always)
    mutating func advance() {
        column &+= 1
        if column == columns { (row, column) = (row &+ 1, 0) }
    }
}
