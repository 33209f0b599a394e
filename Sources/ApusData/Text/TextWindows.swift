/// Windows of a text, for networks that say which character follows: a sample is `length` characters, and its target the
/// characters that stand one place further on.
public struct TextWindows: Equatable, Sendable {
    /// Characters of a window.
    public let length: Int
    /// Windows.
    public let count: Int
    /// `[count, length]`, row-major.
    public let inputs: [Int32]
    /// `[count, length]`: `targets[i] = inputs[i + 1]` within the text.
    public let targets: [Int32]

    /// The windows that begin at 0, `step`, 2 · `step`, ... and lie within the text with the character behind them.
    ///
    /// - Parameters:
    ///   - numbers: of the text's characters.
    ///   - length: characters of a window.
    ///   - step: characters from the start of a window to that of the next; as many as are in one where it is nil, so that every
    ///     character is a target once.
    ///   - name: the text's file, for errors.
    /// - Throws: ``DataError`` where the text is too short for one window.
    public init(_ numbers: [Int32], length: Int, step: Int? = nil, name: String? = nil) throws(DataError) {
        let step = step ?? length
        precondition(length >= 1 && step >= 1, "windows of \(length) characters, \(step) apart")
        guard numbers.count > length else {
            throw DataError(
                file: name, problem: "has \(numbers.count) characters, and a window takes \(length) and one behind it",
                remedy: "give a longer text, or a model of a smaller length")
        }
        self.length = length
        count = (numbers.count - 1 - length) / step + 1
        var inputs: [Int32] = []
        var targets: [Int32] = []
        inputs.reserveCapacity(count * length)
        targets.reserveCapacity(count * length)
        for start in Swift.stride(from: 0, through: numbers.count - 1 - length, by: step) {
            inputs += numbers[start..<start + length]
            targets += numbers[start + 1..<start + 1 + length]
        }
        self.inputs = inputs
        self.targets = targets
    }
}
