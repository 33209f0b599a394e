import ApusInstructions
import CPlatform

/// `to[j · writeStep + i] = from[i · readStep + j]` for `i` below `columns` and `j` below `rows`.
///
/// Squares that fit the registers are transposed; tiles of them keep whole cache lines in use on both sides. What is larger
/// than the caches is collected tile by tile in a buffer of the first-level cache, from which long runs of each row go to memory:
/// rows whose distance is a power of two fall on the same few places of a cache, which can't hold the lines of many
/// half-written ones.
struct TransposedCopy<Word: FixedWidthInteger & SIMDScalar> {
    typealias Words = UnsafeMutablePointer<Word>
    private let from, to: Words
    private let readStep, writeStep: Int
    private let columns, rows: Int

    init(from: Words, readStep: Int, to: Words, writeStep: Int, columns: Int, rows: Int) {
        self.from = from
        self.readStep = readStep
        self.to = to
        self.writeStep = writeStep
        self.columns = columns
        self.rows = rows
    }

    private var wordBytes: Int { MemoryLayout<Word>.stride }

    /// Elements of a square's side.
    private var side: Int {
        switch wordBytes {
        case 1: 16
        case 2: 8
        case 4: lanes
        default: 2
        }
    }

    /// Elements of a tile's side: it has at most 16 KiB, and rows of at least two cache lines.
    private var tile: Int { wordBytes == 1 ? 128 : wordBytes == 8 ? 32 : 64 }

    /// Tiles that lie together are computed together, in squares of so many tiles: few enough that the processor knows where all
    /// their memory pages are.
    private var group: Int { 1024 }

    /// Whether tiles are to be collected in a buffer, of a copy of so many bytes altogether.
    func isStaged(of bytes: Int) -> Bool {
        let isCrowded = writeStep &* wordBytes & 1023 == 0
        return columns &* wordBytes >= 256 && rows >= 8 && (bytes >= 1 << 19 || isCrowded && bytes >= 1 << 15)
    }

    /// Writes each square where it belongs.
    func run() {
        forEachTile { column, row, width, height in
            moveTile(
                from + (column &* readStep &+ row), to + (row &* writeStep &+ column), writeStep, width, height,
                prefetches: false)
        }
    }

    /// Writes whole tiles, collected in `buffer`: 16 KiB that begin with a cache line. Where `streams` says so they go past the
    /// caches, and other threads see them after an `apus_fence`.
    func run(buffer: UnsafeMutableRawPointer, streams: Bool) {
        // Runs of whole lines are quickest: columns before the first that begins one are copied by themselves.
        let head = Int(truncatingIfNeeded: (0 &- UInt(bitPattern: to)) & 63) / wordBytes
        guard streams, head > 0, head < columns, writeStep &* wordBytes & 63 == 0 else {
            return runTiles(buffer: buffer, streams: streams)
        }
        TransposedCopy(
            from: from, readStep: readStep, to: to, writeStep: writeStep, columns: head, rows: rows
        ).run()
        TransposedCopy(
            from: from + head &* readStep, readStep: readStep, to: to + head, writeStep: writeStep,
            columns: columns &- head, rows: rows
        ).runTiles(buffer: buffer, streams: true)
    }

    private func runTiles(buffer: UnsafeMutableRawPointer, streams: Bool) {
        let staged = buffer.assumingMemoryBound(to: Word.self)
        let isAligned = (UInt(bitPattern: to) | UInt(bitPattern: writeStep &* wordBytes)) & 63 == 0
        // Of runs that aren't aligned, the parts of lines at their ends are copied word by word: too many of the small ones.
        let streams = streams && (isAligned || wordBytes >= 4)
        forEachTile { column, row, width, height in
            moveTile(from + (column &* readStep &+ row), staged, tile, width, height, prefetches: true)
            for line in 0..<height {
                write(staged + line &* tile, to + ((row &+ line) &* writeStep &+ column), width, streams: streams)
            }
        }
    }

    @inline(__always)
    private func forEachTile(_ body: (_ column: Int, _ row: Int, _ width: Int, _ height: Int) -> Void) {
        for bottom in stride(from: 0, to: rows, by: group) {
            for left in stride(from: 0, to: columns, by: group) {
                var row = bottom
                while row < min(bottom &+ group, rows) {
                    var column = left
                    while column < min(left &+ group, columns) {
                        body(column, row, min(tile, columns &- column), min(tile, rows &- row))
                        column &+= tile
                    }
                    row &+= tile
                }
            }
        }
    }

    /// A run of elements from the buffer to its row.
    @inline(__always)
    private func write(_ run: Words, _ place: Words, _ count: Int, streams: Bool) {
        if streams {
            stream(run, to: place, count: count)
            return
        }
        let line = 64 / wordBytes
        var index = 0
        while index &+ line <= count {
            UnsafeMutableRawPointer(place + index).storeBytes(
                of: UnsafeRawPointer(run + index).loadUnaligned(as: SIMD64<UInt8>.self), as: SIMD64<UInt8>.self)
            index &+= line
        }
        while index < count {
            place[index] = run[index]
            index &+= 1
        }
    }

    /// `width` columns of `height` rows. The source's lines of the columns that come soon are fetched meanwhile: they are too far
    /// apart for the processor to foresee.
    @inline(__always)
    private func moveTile(
        _ from: Words, _ to: Words, _ writeStep: Int, _ width: Int, _ height: Int, prefetches: Bool
    ) {
        if width >= side && height >= side {
            // The last squares reach back over what is written already.
            var i = 0
            while i < width {
                let x = min(i, width &- side)
                var j = 0
                while j < height {
                    let y = min(j, height &- side)
                    if prefetches && y &* wordBytes & 63 == 0 {
                        for line in 0..<side { apus_prefetch(from + ((x &+ 32 &+ line) &* readStep &+ y)) }
                    }
                    moveSquare(from + (x &* readStep &+ y), to + (y &* writeStep &+ x), writeStep)
                    j &+= side
                }
                i &+= side
            }
        } else if width >= height {
            for j in 0..<height {
                for i in 0..<width { to[j &* writeStep &+ i] = from[i &* readStep &+ j] }
            }
        } else {
            for i in 0..<width {
                for j in 0..<height { to[j &* writeStep &+ i] = from[i &* readStep &+ j] }
            }
        }
    }

    @inline(__always)
    private func moveSquare(_ from: Words, _ to: Words, _ writeStep: Int) {
        switch wordBytes {
        case 1: WordSquare<16>.transpose(from, readStep, to, writeStep, apus_low_words_1, apus_high_words_1)
        case 2: WordSquare<8>.transpose(from, readStep, to, writeStep, apus_low_words_2, apus_high_words_2)
        case 4:
            transposeSquare(
                UnsafeMutableRawPointer(from).assumingMemoryBound(to: Float.self), readStep: readStep,
                to: UnsafeMutableRawPointer(to).assumingMemoryBound(to: Float.self), writeStep: writeStep)
        default: WordSquare<2>.transpose(from, readStep, to, writeStep, apus_low_words_8, apus_high_words_8)
        }
    }
}
