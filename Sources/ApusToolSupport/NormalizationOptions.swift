import ApusCommandLine
package import ApusData
import ArgumentParser

/// `--mean` and `--std`: what is subtracted from the input, and what it is divided by then.
package struct NormalizationOptions: ParsableArguments {
    /// One number, one for each channel, or what the training part has.
    private enum Numbers: Sendable, Equatable {
        case given([Float])
        case measured
    }

    @Option(
        name: .customLong("mean"),
        help: ArgumentHelp(
            """
            Subtracted from the input: one number, one for each channel with commas between them, or 'auto' for what the \
            training part has. Channels are the first dimension of a sample, the columns of a table for example; bytes are \
            from 0 to 1 (default: as the model says, or 0).
            """,
            valueName: "numbers|auto"),
        transform: NormalizationOptions.numbers)
    private var mean: Numbers?

    @Option(
        name: .customLong("std"),
        help: ArgumentHelp(
            "The standard deviation that the input is divided by, likewise (default: as the model says, or 1).",
            valueName: "numbers|auto"),
        transform: NormalizationOptions.numbers)
    private var deviation: Numbers?

    package init() {}

    /// Whether either was asked for.
    package var isWanted: Bool { mean != nil || deviation != nil }
    /// Whether the training part must be there to measure it.
    package var isMeasured: Bool { mean == .measured || deviation == .measured }

    /// A preparation with the numbers that were asked for.
    /// - Parameter training: what `auto` measures.
    package func applied(
        to preparation: InputPreparation, training: @autoclosure () throws(ToolError) -> Dataset
    ) throws(ToolError) -> InputPreparation {
        guard isWanted else { return preparation }
        var measured: (mean: [Float], standardDeviation: [Float])?
        if isMeasured {
            let data = try training()
            guard data.inputs.count == 1 else {
                throw ToolError("--mean and --std are for networks of one input, and the data has \(data.inputs.count)")
            }
            measured = data.inputs[0].statistics(scale: preparation.scale)
        }
        func chosen(_ numbers: Numbers?, _ measured: [Float]?, _ other: [Float]) -> [Float] {
            switch numbers {
            case .given(let numbers): numbers
            case .measured: measured ?? other
            case nil: other
            }
        }
        do {
            return try preparation.normalized(
                mean: chosen(mean, measured?.mean, preparation.mean),
                standardDeviation: chosen(deviation, measured?.standardDeviation, preparation.standardDeviation))
        } catch {
            throw ToolError(error)
        }
    }

    @Sendable
    private static func numbers(_ text: String) throws -> Numbers {
        if text == "auto" { return .measured }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Float($0) }.filter(\.isFinite)
        guard numbers.count == parts.count else {
            throw ValidationError("give a number, one for each channel with commas between them, or auto")
        }
        return .given(numbers)
    }
}
