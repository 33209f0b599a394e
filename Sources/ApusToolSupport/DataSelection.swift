package import ApusData
import ArgumentParser

/// A data set that was named, and how it is read.
package struct DataSelection {
    private let source: String
    private let testSource: String?
    private let labels: [String]
    private let size: Dataset.PixelSize?
    private let seed: UInt64
    private let count: Int?

    /// What people are told of `--data`.
    static let help = ArgumentHelp(
        """
        The data set: a folder in the files of MNIST, or of images in a folder for each class, or of x.npy and y.npy; \
        inputs.npy,targets.npy; a table that ends in .csv; a text that ends in .txt or .md, or a folder of them; or \
        'digits', 'moving-digits' or 'friedman' for what is generated.
        """,
        valueName: "data")

    init(_ source: String, _ reading: DataReadingOptions) {
        self.source = source
        testSource = reading.testSource
        labels = reading.labels
        size = reading.size
        seed = reading.seed
        count = reading.count
    }

    /// What the data is, for people: as it was named.
    package func name(_ part: Dataset.Part) -> String { part == .test ? testSource ?? source : source }

    /// What is generated, where no files are named.
    private var generated: GeneratedData? { GeneratedData(rawValue: source) }

    /// Whether there is a part for testing.
    package func hasTest() throws(ToolError) -> Bool {
        guard testSource == nil, generated == nil else { return true }
        return try found(source).hasTest
    }

    /// The training part, and the test part where there is one.
    /// - Parameter text: how texts become samples of the model.
    package func load(text: DataSource.TextForm? = nil) throws(ToolError) -> (training: Dataset, test: Dataset?) {
        let test = try testSource.map { (name) throws(ToolError) in try found(name, text) }
        guard let generated else {
            let source = try found(source, text)
            return try reporting { () throws(DataError) in try source.load(test: test) }
        }
        let training = try load(generated, .training)
        guard let test else { return (training, try load(generated, .test)) }
        return (training, try reporting { () throws(DataError) in try test.load(.test, like: training) })
    }

    /// One part of the data set; all of it, where it has no parts.
    /// - Parameter text: how texts become samples of the model.
    package func load(_ part: Dataset.Part, text: DataSource.TextForm? = nil) throws(ToolError) -> Dataset {
        if part == .test, let testSource {
            let test = try found(testSource, text)
            return try reporting { () throws(DataError) in try test.load(.test) }
        }
        if let generated { return try load(generated, part) }
        let source = try found(source, text)
        return try reporting { () throws(DataError) in try source.load(part) }
    }

    private func found(_ name: String, _ text: DataSource.TextForm? = nil) throws(ToolError) -> DataSource {
        var options = DataSource.Options()
        options.labelColumns = labels
        options.size = size
        options.text = text
        return try reporting { () throws(DataError) in try DataSource(name, options: options) }
    }

    private func load(_ generated: GeneratedData, _ part: Dataset.Part) throws(ToolError) -> Dataset {
        try reporting { () throws(DataError) in try generated.load(part, count: count ?? generated.count, seed: seed) }
    }

    /// Does something with data; an error names the option that mends it.
    private func reporting<Result>(_ body: () throws(DataError) -> Result) throws(ToolError) -> Result {
        do { return try body() } catch { throw ToolError(error) }
    }
}
