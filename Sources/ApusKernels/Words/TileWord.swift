import ApusInstructions

/// What the 32 bits of a word hold, one of the source and one of each lane of the weights, and what becomes of the sums of their products.
///
/// Sums are vectors of 32 bits, whatever they are sums of.
protocol TileWord {
    /// Whether sums are exact, so that their order is nobody's concern. If not, each is a single chain: place by place of the kernel, and at
    /// each the words of all channels in their order. So no bit depends on the tile, on how wide blocks are, or on the instruction set.
    static var isExact: Bool { get }
    /// Bytes of an element of the source, the addend, and the result where that is not of f32.
    static var elementBytes: Int { get }
    /// The tiles that there are with a stride of columns.
    static func shapes(stride: Int32) -> WordTileShapes
    /// Whether there are tiles of rows of so many columns, without strides: here once more, since the compiler sees nothing of another module.
    static func hasColumns(_ columns: Int) -> Bool
    /// `sum` with the products of a word, which is in all lanes, and the lanes' weights.
    static func addProducts(_ sum: IntegerVector, _ word: IntegerVector, _ weights: IntegerVector) -> IntegerVector
    static func maximum(_ a: IntegerVector, _ b: IntegerVector) -> IntegerVector
    /// The number that a sum of an output block stands for.
    static func value(_ sum: IntegerVector, _ output: WordTileMemory.Output) -> Vector
    /// The numbers of the addend at an address.
    static func addend(at address: Bytes, _ memory: WordTilePointer) -> Vector
    /// Stores the elements that stand for the first `count` of some numbers, within limits.
    ///
    /// - Parameter address: where those of each are stored.
    static func store(_ numbers: FourVectors, count: Int, _ memory: WordTilePointer, at address: (Int) -> Bytes)
    /// Computes tiles of a shape that is known only when the program runs, of ``shapes(stride:)``.
    ///
    /// - Parameters:
    ///   - rows: 2 where pooling windows of 2 × 2 are made, 0 where positions are linear.
    ///   - stride: of columns.
    ///   - isBlocked: whether a position has as many elements as a vector has lanes, or one.
    static func computeTiles(
        outputs: Int, rows: Int, columns: Int, stride: Int32, isBlocked: Bool, _ memory: WordTilePointer,
        _ origin: Bytes, _ weights: Bytes)
}

extension TileWord {
    @inline(__always)
    static var elementsOfWord: Int { 4 / elementBytes }

    /// Words of a block of channels as wide as a vector.
    @inline(__always)
    static var wordsOfBlock: Int { lanes / elementsOfWord }
}
