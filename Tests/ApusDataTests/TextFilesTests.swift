import ApusData
import TestSupport
import Testing

@Suite struct TextFilesTests {
    private let folder = TestFolder()

    private func load(_ name: String, length: Int? = 2, alphabet: Alphabet? = nil) throws -> Dataset {
        try DataSource(name, options: windows(length, alphabet)).load(.training)
    }

    @Test func aFileIsWindowsOfItsCharacters() throws {
        let file = try folder.write("a.txt", "banana")
        let data = try load(file)
        #expect(data.classNames == ["a", "b", "n"] && data.hasNamedClasses)
        #expect(data.inputs[0].sampleShape == [2] && data.targets.sampleShape == [2] && data.count == 2)
        #expect(data.inputs[0].elements == .integers([1, 0, 2, 0]))
        #expect(data.targets.elements == .integers([0, 2, 0, 2]))
    }

    @Test func aFolderIsItsTextsInOrder() throws {
        _ = try folder.write("docs/b.txt", "cd")
        _ = try folder.write("docs/a.md", "ab")
        _ = try folder.write("docs/z.png", "z")
        let data = try load("\(folder.path)/docs", length: 3)
        #expect(data.inputs[0].elements == .integers([0, 1, 2]))
        #expect(data.targets.elements == .integers([1, 2, 3]))
    }

    /// A model reads other texts with its own alphabet.
    @Test func theTestHalfHasTheAlphabetOfTraining() throws {
        let training = try load(try folder.write("a.txt", "banana"))
        let source = try DataSource(try folder.write("b.txt", "nab"), options: windows(2))
        let test = try source.load(.test, like: training)
        #expect(test.inputs[0].elements == .integers([2, 0]) && test.classNames == training.classNames)
        let trained = try load(try folder.write("d.txt", "nab"), alphabet: Alphabet(of: "banana"))
        #expect(trained.classNames == training.classNames && trained.inputs[0].elements == test.inputs[0].elements)
        let other = try DataSource(try folder.write("c.txt", "cab"), options: windows(2))
        #expect(
            message { _ = try other.load(.test, like: training) }.contains(
                "c.txt: line 1 has 'c', which is not in the model's alphabet"))
    }

    @Test func saysWhatIsWrong() throws {
        let file = try folder.write("a.txt", "ab")
        #expect(
            message { _ = try load(file, length: nil) }
                == "\(file): is a text, and the network takes none; give a network with one input, i32[N, length]")
        #expect(message { _ = try load(file) }.contains("has 2 characters, and a window takes 2 and one behind it"))
        let latin = try folder.write("l.txt", Array("a\nb".utf8) + [0xE9])
        #expect(message { _ = try load(latin) } == "\(latin): line 2 is no UTF-8; convert the text to UTF-8")
    }

    private func windows(_ length: Int?, _ alphabet: Alphabet? = nil) -> DataSource.Options {
        var options = DataSource.Options()
        options.text = length.map { DataSource.TextForm(length: $0, alphabet: alphabet) }
        return options
    }
}

@Suite struct GeneratedDataTests {
    @Test(arguments: GeneratedData.allCases)
    func halvesHaveNothingInCommon(data: GeneratedData) throws {
        let training = try data.load(.training, count: 24, seed: 3)
        let test = try data.load(.test, count: 24, seed: 3)
        #expect(training.count == 24 && test.count == 4)
        #expect(training.inputs[0].subset(0..<4) != test.inputs[0])
        #expect(try data.load(.training, count: 30, seed: 3).inputs[0].subset(0..<24) == training.inputs[0])
        #expect(try data.load(.training, count: 24, seed: 4).inputs[0] != training.inputs[0])
        #expect(training.classNames == test.classNames)
    }

    @Test func samplesAreThoseOfTheModels() throws {
        let videos = try GeneratedData.movingDigits.load(.test, count: 48, seed: 1)
        #expect(videos.inputs[0].sampleShape == [1, 8, 32, 32])
        #expect(videos.labels == [0, 1, 2, 3, 4, 5, 6, 7])
        let table = try GeneratedData.friedman.load(.training, count: 5, seed: 1)
        #expect(table.inputs[0].sampleShape == [10] && table.targets.sampleShape == [1])
        #expect(table.featureNames.first == "x1")
    }
}
