import ApusCommandLine
package import ApusData
public import ArgumentParser

/// `--data`, what it needs to be read, and what is generated for `digits`.
package struct DataOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            """
            The data set: a folder in the files of MNIST, or of pictures in a folder for each class, or of x.npy and y.npy; \
            inputs.npy,targets.npy; a table that ends in .csv; or 'digits' for generated ones.
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
            "Of folders of pictures: the height and width that all are brought to.", valueName: "HxW"),
        transform: DataOptions.pixelSize)
    private var size: Dataset.PixelSize?

    @Option(help: ArgumentHelp("Generated digits: the seed.", valueName: "seed"))
    private var digitsSeed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Generated digits: images for training; for testing there are a sixth as many, as in MNIST.",
            valueName: "count"),
        transform: integer(in: 1...1_000_000))
    private var digitsCount = 60_000

    package init() {}

    /// What the data is, for people: as it was named.
    package func name(_ part: Dataset.Part) -> String { part == .test ? testSource ?? source : source }

    /// Whether there is a part for testing.
    package func hasTest() throws(ToolError) -> Bool {
        guard testSource == nil, source != Self.generated else { return true }
        return try found(source).hasTest
    }

    /// The training part, and the test part where there is one.
    package func load() throws(ToolError) -> (training: Dataset, test: Dataset?) {
        let test = try testSource.map { (name) throws(ToolError) in try found(name) }
        guard source == Self.generated else {
            let source = try found(source)
            return try reporting { () throws(DataError) in try source.load(test: test) }
        }
        let training = try load(.training)
        guard let test else { return (training, try load(.test)) }
        return (training, try reporting { () throws(DataError) in try test.load(.test, like: training) })
    }

    /// One part of the data set; all of it, where it has no parts.
    package func load(_ part: Dataset.Part) throws(ToolError) -> Dataset {
        if part == .test, let testSource {
            let test = try found(testSource)
            return try reporting { () throws(DataError) in try test.load(.test) }
        }
        guard source == Self.generated else {
            let source = try found(source)
            return try reporting { () throws(DataError) in try source.load(part) }
        }
        return try reporting { () throws(DataError) in try digits(part) }
    }

    private func found(_ name: String) throws(ToolError) -> DataSource {
        var options = DataSource.Options()
        options.labelColumns = labels
        options.size = size
        return try reporting { () throws(DataError) in try DataSource(name, options: options) }
    }

    private static let generated = "digits"
    /// Where the digits of the test half begin: far behind all that can be asked for, and with a 0.
    private static let firstTestDigit = 1_000_000_000

    private func digits(_ part: Dataset.Part) throws(DataError) -> Dataset {
        switch part {
        case .training: try .digits(count: digitsCount, seed: digitsSeed)
        case .test: try .digits(count: max(1, digitsCount / 6), seed: digitsSeed, first: Self.firstTestDigit)
        }
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
