/// The maximum number of positions whose addresses are held in registers beside the loops' own.
let maximumAddresses = 8

/// Offsets of a tile's positions, in elements: written as a vector, read one by one.
typealias PositionVector = SIMD8<Int32>
typealias Positions = InlineArray<8, Int32>

/// What a tile does with its sums.
enum TileStore {
    /// Leaves them where ``PositionTileMemory/sums`` says.
    static let keep: Int32 = 0
    /// Applies the activation and stores them.
    static let store: Int32 = 1
    /// Takes the maximum of each four positions, which are a pooling window, applies the activation and stores it.
    static let window: Int32 = 2
    /// The same, and stores which of the four it was.
    static let argmax: Int32 = 3
}

/// What a tile sums over, where its positions are, and what becomes of the sums. All steps count elements.
///
///     sum[p, o] = start[o] (+ addend[p, o]) + Σ_(a, b, c, n)
///         vectors[o·outputStep + a·outer.vectorStep + b·middle.vectorStep + c·inner.vectorStep + n·vectorStep]
///         · source[p][a·outer.scalarStep + b·middle.scalarStep + c·inner.scalarStep + n·scalarStep]
struct PositionTileMemory {
    var outer = TileLoops.Level()
    var middle = TileLoops.Level()
    var inner = TileLoops.Level()
    /// Terms of the innermost loop, and in the last round of the outermost.
    var terms = 1
    var lastTerms = 1
    /// Terms that the outermost loop's first round leaves out, before the others.
    var skippedTerms = 0
    var scalarStep = 1
    var vectorStep = lanes
    var outputStep = 0
    /// Whether places of the kernel are neighbours in the source, so that positions that are neighbours too share scalars.
    /// For one output block and tiles of rows.
    var sharesScalars = false
    var firstStart = Vector.zero
    var secondStart = Vector.zero
    /// The activation.
    var limits = Limits()
    /// From one row of positions, results or addends to the next.
    var sourceRow = 0
    var resultRow = 0
    var addendRow = 0
    /// Where positions are linear: how far each is from the first one in the source, in the destination (there each window), and in
    /// the addend.
    var sources = unsafeBitCast(PositionVector(), to: Positions.self)
    var results = unsafeBitCast(PositionVector(), to: Positions.self)
    var addends = unsafeBitCast(PositionVector(), to: Positions.self)
    /// Tiles of a row to compute, and how far they are apart in the source, the destination and the addend.
    var tiles = 1
    var tileScalars = 0
    var tileResults = 0
    var tileAddends = 0
    /// Rows of tiles, how far they are apart in the same, and bytes from the argmaxes of one to those of the next.
    var tileRows = 1
    var rowScalars = 0
    var rowResults = 0
    var rowAddends = 0
    var rowArgmaxes = 0
    var destination: Floats? = nil
    var destinationStep = 0
    var addend: Floats? = nil
    var addendStep = 0
    var store = TileStore.keep
    /// Where the argmaxes go, and bytes from one output block to the next.
    var argmax: UnsafeMutableRawPointer? = nil
    var argmaxStep = 0
    /// Where the sums go that are kept: `[position][output block]`.
    var sums: Floats? = nil
}
typealias PositionTilePointer = UnsafeMutablePointer<PositionTileMemory>
