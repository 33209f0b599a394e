/// The characters of a text, in order, and their numbers. A character is one Unicode scalar.
public struct Alphabet: Equatable, Sendable {
    /// Each once, in ascending order.
    public let characters: [Unicode.Scalar]

    /// More characters than this are refused: such a file is no text in one script.
    static let maximumCount = 1 << 16

    /// The characters of a text. O(n log n).
    public init(of text: String) {
        characters = Set(text.unicodeScalars).sorted()
    }

    /// The alphabet that a model was trained with: its labels, each one character.
    /// - Throws: ``DataError`` where a label isn't one character, or they are not in order.
    public init(labels: [String]) throws(DataError) {
        var characters: [Unicode.Scalar] = []
        for (index, label) in labels.enumerated() {
            guard let character = label.unicodeScalars.first, label.unicodeScalars.count == 1 else {
                throw DataError(
                    problem: "label \(index) is '\(label)', and a model of a text has characters as labels",
                    remedy: "give a model that was trained on a text")
            }
            if let last = characters.last, last >= character {
                throw DataError(
                    problem: "label \(index), '\(label)', comes behind '\(last)'; characters are in ascending order",
                    remedy: "give a model that was trained on a text")
            }
            characters.append(character)
        }
        self.characters = characters
    }

    public var count: Int { characters.count }

    /// The characters as the class names of a data set.
    public var labels: [String] { characters.map(String.init) }

    /// The number of a character, nil for those of other alphabets. O(log n).
    public func number(of character: Unicode.Scalar) -> Int32? {
        var (low, high) = (0, characters.count)
        while low < high {
            let middle = (low + high) / 2
            if characters[middle] < character { low = middle + 1 } else { high = middle }
        }
        return low < characters.count && characters[low] == character ? Int32(low) : nil
    }

    /// The numbers of a text's characters.
    /// - Parameters:
    ///   - text: all of it.
    ///   - name: the text's file, for errors.
    /// - Throws: ``DataError`` at a character that isn't in the alphabet, with its line.
    public func numbers(of text: String, name: String? = nil) throws(DataError) -> [Int32] {
        var numbers: [Int32] = []
        numbers.reserveCapacity(text.utf8.count)
        var line = 1
        for character in text.unicodeScalars {
            guard let number = number(of: character) else {
                throw DataError(
                    file: name, problem: "line \(line) has '\(character)', which is not in the model's alphabet",
                    remedy: "train on a text that has it, or leave it out")
            }
            numbers.append(number)
            if character == "\n" { line += 1 }
        }
        return numbers
    }

    /// The text of these numbers; those outside of the alphabet are left out.
    public func text(of numbers: some Sequence<Int32>) -> String {
        var text = ""
        for number in numbers where characters.indices.contains(Int(number)) {
            text.unicodeScalars.append(characters[Int(number)])
        }
        return text
    }
}
