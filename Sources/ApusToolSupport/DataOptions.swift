import ApusCommandLine
public import ApusData
package import ApusGraph
public import ArgumentParser

/// `--data DIR|digits`, and what is generated for `digits`.
package struct DataOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            "A folder with a data set in the files of MNIST, or 'digits' for generated ones.",
            valueName: "folder|digits"))
    private var source: String

    @Option(help: ArgumentHelp("Generated digits: the seed.", valueName: "seed"))
    private var digitsSeed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Generated digits: images for training; for testing there are a sixth as many, as in MNIST.",
            valueName: "count"),
        transform: integer(in: 1...1_000_000))
    private var digitsCount = 60_000

    package init() {}

    /// What the data is, for people: the folder, or `digits`.
    package var name: String { source }

    /// Both halves of the data set.
    package func load() throws(ToolError) -> (training: ImageDataset, test: ImageDataset) {
        do throws(DataError) {
            if source == Self.generated { return (try digits(.training), try digits(.test)) }
            return try ImageDataset.load(directory: source)
        } catch {
            throw ToolError(error)
        }
    }

    /// One half of the data set.
    package func load(_ part: ImageDataset.Part) throws(ToolError) -> ImageDataset {
        do throws(DataError) {
            if source == Self.generated { return try digits(part) }
            return try ImageDataset.load(directory: source, part: part)
        } catch {
            throw ToolError(error)
        }
    }

    private static let generated = "digits"
    /// Where the digits of the test half begin: far behind all that can be asked for, and with a 0.
    private static let firstTestDigit = 1_000_000_000

    private func digits(_ part: ImageDataset.Part) throws(DataError) -> ImageDataset {
        switch part {
        case .training: try .digits(count: digitsCount, seed: digitsSeed)
        case .test: try .digits(count: max(1, digitsCount / 6), seed: digitsSeed, first: Self.firstTestDigit)
        }
    }
}

extension ImageDataset.Part: ExpressibleByArgument {}

extension Model {
    /// How the model wants its pictures; what it does not say has its default.
    package func inputPreparation() throws(ToolError) -> InputPreparation {
        var fields: [String: String] = [:]
        for field in preparation { fields[field.name] = field.value }
        do { return try InputPreparation(fields: fields) } catch { throw ToolError(error) }
    }

    /// The model with the fields of a preparation.
    package func prepared(by preparation: InputPreparation) -> Model {
        var model = self
        model.preparation = preparation.fields.map { Field(name: $0.0, value: $0.1) }
        return model
    }
}

extension InputPreparation {
    /// Prepares the images of a data set, whose size is the network's, without changing them at random.
    package func augmenter(for dataset: ImageDataset) throws(ToolError) -> Augmenter {
        do throws(DataError) {
            return try Augmenter(
                channels: dataset.channels, height: dataset.height, width: dataset.width, scale: scale, mean: mean,
                standardDeviation: standardDeviation)
        } catch {
            throw ToolError(error)
        }
    }
}
