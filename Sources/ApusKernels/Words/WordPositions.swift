/// Where some positions are whose addresses follow no rule that a tile knows: how far each is from the first one in the source, the destination
/// and the addend, in bytes.
struct WordPositions {
    /// Room for three numbers of each. A temporary allocation of this size would be one of the heap.
    typealias Room = InlineArray<384, Int>
    /// How many are known at a time.
    static var most: Int { Room.count / 3 }

    private(set) var sources: UnsafeMutablePointer<Int>
    private(set) var results: UnsafeMutablePointer<Int>
    private(set) var addends: UnsafeMutablePointer<Int>

    @inline(__always)
    init(_ room: UnsafeMutablePointer<Room>) {
        let room = UnsafeMutableRawPointer(room).assumingMemoryBound(to: Int.self)
        (sources, results, addends) = (room, room + Self.most, room + 2 * Self.most)
    }

    /// Those from a position on.
    @inline(__always)
    subscript(from first: Int) -> WordPositions {
        var rest = self
        (rest.sources, rest.results, rest.addends) = (sources + first, results + first, addends + first)
        return rest
    }
}

extension WordConvolution {
    private typealias Place = (source: Int, result: Int, addend: Int)

    /// Computes all results of all samples, numbered through, some at a time: where they are is worked out once for all output blocks.
    func goThroughPositions(_ samples: Int) {
        let count = samples &* rows &* columns
        let limit = min(Int(convolution.tile.columns), count)
        memory.pointee.tiles = 1
        memory.pointee.tileRows = 1
        var room = WordPositions.Room(repeating: 0)
        withUnsafeMutablePointer(to: &room) { room in
            let positions = WordPositions(room)
            var number = 0
            while number < count {
                // The last part has enough of them for a tile: it may begin before the end of the one before it.
                number = min(number, count &- limit)
                let part = min(count &- number, WordPositions.most)
                let first = setPositions(positions, from: number, part)
                forOutputBlocks { block, outputs in
                    compute(positions, part, first, block: block, outputs: outputs, limit: limit)
                }
                number &+= part
            }
        }
    }

    /// Computes results of some output blocks, in tiles of up to `limit` positions.
    @inline(__always)
    private func compute(
        _ positions: WordPositions, _ count: Int, _ first: Place, block: Int, outputs: Int, limit: Int
    ) {
        let start = select(block: block, outputs: outputs)
        let width = Word.shapes(stride: convolution.strideX).widest(
            outputs: outputs, rows: 0, within: limit, lanes: lanes)
        memory.pointee.destination = destination + (first.result &+ block &* resultSteps.block)
        memory.pointee.addend = addend.map { $0 + (first.addend &+ block &* addendSteps.block) }
        var done = 0
        while done < count {
            // The last tile ends at the last position.
            memory.pointee.positions = positions[from: min(done, count &- width)]
            Word.computeTiles(
                outputs: outputs, rows: 0, columns: width, stride: convolution.strideX,
                isBlocked: convolution.source.channelBlock > 1, memory,
                source + (first.source &+ start.source), start.weights)
            done &+= width
        }
    }

    /// Says where the `count` positions from a number on are, and gives the first one's place.
    private func setPositions(_ positions: WordPositions, from number: Int, _ count: Int) -> Place {
        var (sample, row, column) = (number / columns / rows, number / columns % rows, number % columns)
        let first = place(sample, row, column)
        var index = 0
        while index < count {
            var next = place(sample, row, column)
            let end = min(count, index &+ columns &- column)
            while index < end {
                positions.sources[index] = next.source &- first.source
                positions.results[index] = next.result &- first.result
                positions.addends[index] = next.addend &- first.addend
                next.source &+= columnStep
                next.result &+= lanes &* resultBytes
                next.addend &+= lanes &* Word.elementBytes
                index &+= 1
            }
            (column, row) = (0, row &+ 1)
            if row == rows { (row, sample) = (0, sample &+ 1) }
        }
        return first
    }

    /// Where a position is in the source, the destination and the addend.
    @inline(__always)
    private func place(_ sample: Int, _ row: Int, _ column: Int) -> Place {
        (
            sample &* sourceSteps.sample &+ row &* rowStep &+ column &* columnStep,
            sample &* resultSteps.sample &+ row &* resultSteps.row &+ column &* lanes &* resultBytes,
            sample &* addendSteps.sample &+ row &* addendSteps.row &+ column &* lanes &* Word.elementBytes
        )
    }
}
