import ApusCommandLine
package import ApusData
package import ApusGraph
public import ArgumentParser

/// `--data`, what it needs to be read, and what is generated for `digits` and others.
package struct DataOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            """
            The data set: a folder in the files of MNIST, or of images in a folder for each class, or of x.npy and y.npy; \
            inputs.npy,targets.npy; a table that ends in .csv; a text that ends in .txt or .md, or a folder of them; or \
                'digits', 'moving-digits' or 'friedman' for what is generated.
            """,
            valueName: "data"))
    private var source: String

    @Option(
        name: .customLong("test"),
        help: ArgumentHelp("The part for testing, where --data has none or another is wanted.", valueName: "data"))
    private var testSource: String?

    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("Of a table: the label's column; may be repeated.", valueName: "name"))
    private var labels: [String] = []

    @Option(
        name: .customLong("resize"),
        help: ArgumentHelp(
            "Of folders of images: the height and width that all are brought to.", valueName: "HxW"),
        transform: DataOptions.pixelSize)
    private var size: Dataset.PixelSize?

    @Option(
        name: [.customLong("data-seed"), .customLong("digits-seed")],
        help: ArgumentHelp("Of what is generated: the seed.", valueName: "seed"))
    private var seed: UInt64 = 1

    @Option(
        name: [.customLong("data-count"), .customLong("digits-count")],
        help: ArgumentHelp(
            """
            Of what is generated: samples for training (default: 60,000 digits, 12,000 videos of moving digits, 6,000 rows); for \
            testing there are a sixth as many, as in MNIST.
            """, valueName: "count"),
        transform: integer(in: 1...1_000_000))
    private var count: Int?

    package init() {}

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

    @Sendable
    private static func pixelSize(_ text: String) throws -> Dataset.PixelSize {
        guard let size = Dataset.PixelSize(text) else {
            throw ValidationError("give a height and a width from 1 to 8192, such as 28x28")
        }
        return size
    }

    /// Does something with data; an error names the option that mends it.
    private func reporting<Result>(_ body: () throws(DataError) -> Result) throws(ToolError) -> Result {
        do { return try body() } catch { throw ToolError(error) }
    }
}

extension Dataset.Part: ExpressibleByArgument {}

extension Model {
    /// How texts become samples of the model: windows as long as its one input of whole numbers, in the alphabet that it was
    /// trained with. Nil where it takes no text.
    package var textForm: DataSource.TextForm? {
        guard graph.inputs.count == 1 else { return nil }
        let type = graph[graph.inputs[0]].type
        guard type.elementType.isInteger, type.rank == 2, let length = type.dimensions[1].number else { return nil }
        return DataSource.TextForm(length: length, alphabet: labels.isEmpty ? nil : try? Alphabet(labels: labels))
    }
}

extension ToolError {
    /// A data set's error, with the option that mends it.
    package init(_ error: DataError) {
        let option: String? =
            switch error.setting {
            case .labelColumns: "--label"
            case .size: "--resize"
            case nil: nil
            }
        self.init(error.description + (option.map { " (\($0))" } ?? ""))
    }
}
