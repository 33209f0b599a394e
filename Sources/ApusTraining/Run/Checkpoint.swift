import ApusGraph
import ApusPlan

/// How far a training run is.
package struct Progress: Sendable, Equatable {
    /// Epochs that are done.
    package var epoch = 0
    /// Steps of the epoch under way that are done.
    package var step = 0
    package var totalSteps = 0
    /// Loss times samples, over the epoch under way.
    package var lossSum = 0.0
    /// Seconds spent in the epoch under way.
    package var seconds = 0.0
    package var learningRate: LearningRate
    package var end: TrainingEnd?

    package init(learningRate: LearningRate) { self.learningRate = learningRate }
}

/// All that a training run needs to go on as if it had never stopped.
///
/// The file is little-endian: `APUSCKPT`, a version, the recipe, the progress, then each named block of f32, and last a
/// checksum of all before it.
public struct Checkpoint: Sendable, Equatable {
    package var recipe: String
    package var progress: Progress
    /// The blocks of the state by kind and name.
    package var state: [String: [Float]]

    package init(recipe: String, progress: Progress, state: [String: [Float]]) {
        self.recipe = recipe
        self.progress = progress
        self.state = state
    }

    static func key(_ slice: StateSlice) -> String { "\(slice.kind)/\(slice.name)" }

    private static let magic = Array("APUSCKPT".utf8)
    private static let version: UInt32 = 2

    /// Epochs that are done.
    public var epochs: Int { progress.epoch }

    // MARK: Writing

    public func encoded() -> [UInt8] {
        var bytes = Self.magic
        func append(_ value: some FixedWidthInteger) {
            for shift in stride(from: 0, to: value.bitWidth, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: value >> shift))
            }
        }
        func append(_ text: String) {
            append(UInt32(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
        append(Self.version)
        append(recipe)
        for number in [
            progress.epoch, progress.step, progress.totalSteps, progress.learningRate.lastImprovement,
            progress.learningRate.bestEpoch,
        ] { append(Int64(number)) }
        for number in [
            progress.lossSum, progress.seconds, progress.learningRate.base, progress.learningRate.bestScore,
        ] { append(number.bitPattern) }
        append(progress.end?.rawValue ?? "")
        append(UInt32(state.count))
        for (name, elements) in state.sorted(by: { $0.key < $1.key }) {
            append(name)
            append(UInt32(elements.count))
            for element in elements { append(element.bitPattern) }
        }
        append(Self.checksum(bytes[...]))
        return bytes
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 { unsafe ApusPlan.checksum(bytes.span.bytes) }

    // MARK: Reading

    /// - Throws: ``TrainingError`` where the bytes are not a whole checkpoint of this version.
    public init(decoding bytes: [UInt8], file: String) throws(TrainingError) {
        var reader = Reader(bytes: bytes[...], file: file)
        guard bytes.starts(with: Self.magic) else {
            throw .checkpoint(.notACheckpoint(file))
        }
        reader.bytes.removeFirst(Self.magic.count)
        guard try reader.integer(UInt32.self) == Self.version else {
            throw .checkpoint(.otherVersion(file))
        }
        var tail = Reader(bytes: bytes.suffix(8), file: file)
        guard bytes.count > 20, try tail.integer(UInt64.self) == Self.checksum(bytes.dropLast(8)) else {
            throw .checkpoint(.damaged(file))
        }
        recipe = try reader.text()
        var counts: [Int] = []
        for _ in 0..<5 { counts.append(Int(try reader.integer(Int64.self))) }
        var numbers: [Double] = []
        for _ in 0..<4 { numbers.append(Double(bitPattern: try reader.integer(UInt64.self))) }
        var rate = LearningRate(base: numbers[2])
        rate.lastImprovement = counts[3]
        rate.bestEpoch = counts[4]
        rate.bestScore = numbers[3]
        let end = try reader.text()
        progress = Progress(learningRate: rate)
        progress.epoch = counts[0]
        progress.step = counts[1]
        progress.totalSteps = counts[2]
        progress.lossSum = numbers[0]
        progress.seconds = numbers[1]
        progress.end = TrainingEnd(rawValue: end)
        state = [:]
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let name = try reader.text()
            state[name] = try reader.floats()
        }
    }

    /// Takes values off the front of some bytes; sizes are checked before they are believed.
    private struct Reader {
        var bytes: ArraySlice<UInt8>
        var file: String

        mutating func take(_ count: Int) throws(TrainingError) -> ArraySlice<UInt8> {
            guard count <= bytes.count else {
                throw .checkpoint(.damaged(file))
            }
            defer { bytes.removeFirst(count) }
            return bytes.prefix(count)
        }

        mutating func integer<Integer: FixedWidthInteger>(_: Integer.Type) throws(TrainingError) -> Integer {
            try take(Integer.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Integer(truncatingIfNeeded: $1) }
        }

        mutating func text() throws(TrainingError) -> String {
            String(decoding: try take(Int(try integer(UInt32.self))), as: UTF8.self)
        }

        mutating func floats() throws(TrainingError) -> [Float] {
            let count = Int(try integer(UInt32.self))
            var taken = Reader(bytes: try take(count * 4), file: file)
            var floats: [Float] = []
            floats.reserveCapacity(count)
            for _ in 0..<count { floats.append(Float(bitPattern: try taken.integer(UInt32.self))) }
            return floats
        }
    }
}
