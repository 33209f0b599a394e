import ApusData
import Testing

@Suite struct AlphabetTests {
    private let alphabet = Alphabet(of: "banana · é\n")

    @Test func hasEveryCharacterOnceInOrder() {
        #expect(alphabet.labels == ["\n", " ", "a", "b", "n", "·", "é"])
        #expect(alphabet.count == 7)
        #expect(alphabet.number(of: "a") == 2)
        #expect(alphabet.number(of: "é") == 6)
        #expect(alphabet.number(of: "c") == nil)
        #expect(Alphabet(of: "").number(of: "a") == nil)
    }

    @Test func numbersGiveTheTextBack() throws {
        let text = "an\nban é"
        let numbers = try alphabet.numbers(of: text)
        #expect(numbers.prefix(3) == [2, 4, 0])
        #expect(alphabet.text(of: numbers) == text)
        #expect(alphabet.text(of: [2, -1, 7, 3]) == "ab")
    }

    @Test func otherCharactersAreRefusedWithTheirLine() {
        let error = #expect(throws: DataError.self) { try alphabet.numbers(of: "ban\nbad", name: "text.txt") }
        #expect(
            error?.description
                == "text.txt: line 2 has 'd', which is not in the model's alphabet; train on a text that has it, or leave it out"
        )
    }

    @Test func labelsMakeTheAlphabetAgain() throws {
        #expect(try Alphabet(labels: alphabet.labels) == alphabet)
        let words = #expect(throws: DataError.self) { try Alphabet(labels: ["a", "cat"]) }
        #expect(
            words?.description
                == "label 1 is 'cat', and a model of a text has characters as labels; give a model that was trained on a text"
        )
        let order = #expect(throws: DataError.self) { try Alphabet(labels: ["b", "a"]) }
        #expect(
            order?.description
                == "label 1, 'a', comes behind 'b'; characters are in ascending order; give a model that was trained on a text"
        )
    }
}

@Suite struct TextWindowTests {
    @Test func targetsAreTheCharactersThatFollow() throws {
        let windows = try TextWindows(Array(0..<10), length: 3)
        #expect(windows.count == 3)
        #expect(windows.inputs == [0, 1, 2, 3, 4, 5, 6, 7, 8])
        #expect(windows.targets == [1, 2, 3, 4, 5, 6, 7, 8, 9])
    }

    @Test func windowsMayOverlap() throws {
        let windows = try TextWindows(Array(0..<7), length: 4, step: 2)
        #expect(windows.inputs == [0, 1, 2, 3, 2, 3, 4, 5])
        #expect(windows.targets == [1, 2, 3, 4, 3, 4, 5, 6])
    }

    @Test func theLastWindowEndsBeforeTheLastCharacter() throws {
        for characters in 4...12 {
            let windows = try TextWindows(Array(0..<Int32(characters)), length: 3)
            #expect(windows.count == (characters - 1) / 3)
            #expect(windows.inputs.count == 3 * windows.count && windows.targets.count == 3 * windows.count)
        }
    }

    @Test func aTextCanBeTooShort() {
        let error = #expect(throws: DataError.self) { try TextWindows([1, 2, 3], length: 3, name: "a.txt") }
        #expect(
            error?.description
                == "a.txt: has 3 characters, and a window takes 3 and one behind it; give a longer text, or a model of a smaller length"
        )
    }
}
