import ApusCommandLine
package import ApusData
package import ApusGraph
public import ArgumentParser

/// `--data`, what it needs to be read, and what is generated for `digits` and others.
package struct DataOptions: ParsableArguments {
    @Option(name: .customLong("data"), help: DataSelection.help)
    private var source: String

    @OptionGroup private var reading: DataReadingOptions

    package init() {}

    private var selection: DataSelection { DataSelection(source, reading) }

    /// What the data is, for people: as it was named.
    package func name(_ part: Dataset.Part) -> String { selection.name(part) }

    /// Whether there is a part for testing.
    package func hasTest() throws(ToolError) -> Bool { try selection.hasTest() }

    /// The training part, and the test part where there is one.
    /// - Parameter text: how texts become samples of the model.
    package func load(text: DataSource.TextForm? = nil) throws(ToolError) -> (training: Dataset, test: Dataset?) {
        try selection.load(text: text)
    }

    /// One part of the data set; all of it, where it has no parts.
    /// - Parameter text: how texts become samples of the model.
    package func load(_ part: Dataset.Part, text: DataSource.TextForm? = nil) throws(ToolError) -> Dataset {
        try selection.load(part, text: text)
    }
}

/// The same, where a tool has something to do without data too.
package struct OptionalDataOptions: ParsableArguments {
    @Option(name: .customLong("data"), help: DataSelection.help)
    private var source: String?

    @OptionGroup private var reading: DataReadingOptions

    package init() {}

    /// What was chosen; nil where nothing was.
    package var selection: DataSelection? { source.map { DataSelection($0, reading) } }
}

/// How a data set is read, or generated.
struct DataReadingOptions: ParsableArguments {
    @Option(
        name: .customLong("test"),
        help: ArgumentHelp("The part for testing, where --data has none or another is wanted.", valueName: "data"))
    var testSource: String?

    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("Of a table: the label's column; may be repeated.", valueName: "name"))
    var labels: [String] = []

    @Option(
        name: .customLong("resize"),
        help: ArgumentHelp(
            "Of folders of images: the height and width that all are brought to.", valueName: "HxW"),
        transform: DataReadingOptions.pixelSize)
    var size: Dataset.PixelSize?

    @Option(
        name: [.customLong("data-seed"), .customLong("digits-seed")],
        help: ArgumentHelp("Of what is generated: the seed.", valueName: "seed"))
    var seed: UInt64 = 1

    @Option(
        name: [.customLong("data-count"), .customLong("digits-count")],
        help: ArgumentHelp(
            """
            Of what is generated: samples for training (default: 60,000 digits, 12,000 videos of moving digits, 6,000 rows); for \
            testing there are a sixth as many, as in MNIST.
            """, valueName: "count"),
        transform: integer(in: 1...1_000_000))
    var count: Int?

    @Sendable
    private static func pixelSize(_ text: String) throws -> Dataset.PixelSize {
        guard let size = Dataset.PixelSize(text) else {
            throw ValidationError("give a height and a width from 1 to 8192, such as 28x28")
        }
        return size
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
