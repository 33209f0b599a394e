import ApusCommandLine
import ApusFiles
import ApusJSON
import Testing

/// The trained models of the repository.
@Suite struct TrainedModelTests {
    static let data = Terminal.environmentVariable("APUS_DATA")

    /// The images, by the class that their names say.
    static let samples = [
        ("00-zero", 0), ("01-one", 1), ("02-two", 2), ("03-three", 3), ("04-four", 4), ("05-five", 5), ("06-six", 6),
        ("07-seven", 7), ("08-eight", 8), ("09-nine", 9), ("10-two-on-paper", 2), ("11-five-on-paper", 5),
    ]

    @Test func theDigitsModelReadsTheSamples() throws {
        let images = Self.samples.map { repositoryFile("Models/samples/\($0.0).png") }
        let result = try Tool.run("apus-infer", [repositoryFile("Models/mnist-cnn.apus"), "--json"] + images)
        #expect(result.status == 0, "\(result.error)")
        let answers = try #require(try result.json().arrayValue)
        #expect(answers.map { $0["top"]?.arrayValue?.first?["class"]?.integerValue } == Self.samples.map(\.1))
    }

    @Test(
        .enabled(if: data != nil, "APUS_DATA names no folder with data sets"),
        arguments: [
            ("mnist-cnn", "mnist", 0.9945), ("fashion-cnn", "fashion-mnist", 0.92),
        ])
    func accuracyOnTheTestSet(model: String, folder: String, minimum: Double) throws {
        let result = try Tool.run(
            "apus-evaluate",
            [repositoryFile("Models/\(model).apus"), "--data", "\(try #require(Self.data))/\(folder)", "--json"])
        #expect(result.status == 0, "\(result.error)")
        let report = try result.json()
        #expect(report["samples"]?.integerValue == 10_000)
        #expect(try #require(report["accuracy"]?.doubleValue) >= minimum)
    }
}
