import ApusCommandLine
import ApusData
import ApusQuantization
import ApusToolSupport
import ArgumentParser

/// How a model is quantized, and on what.
struct QuantizingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Make codes of this many bits of the weights of dense layers alone: 'i8' or 'i4', with a scale for each 32 inputs of an \
            output. All else stays in f32, and no data is needed; with --data it is said what becomes of the answers.
            """, valueName: "bits"))
    var weights: WeightBits?

    @Option(
        help: ArgumentHelp(
            "Samples of the training part, chosen at random by the seed, those that are held out among them (default: 500).",
            valueName: "count"),
        transform: integer(in: 2...1_000_000))
    var samples = 500

    @Option(
        help: ArgumentHelp(
            "How many of the samples are held out to judge the result by (default: a fifth).", valueName: "count"),
        transform: integer(in: 1...1_000_000))
    var heldOut: Int?

    @Option(
        help: ArgumentHelp(
            """
            How ranges are chosen: 'minmax', 'percentile', 'entropy' (Kullback and Leibler's divergence), or 'least-squares' \
            (the least sum of squared errors).
            """, valueName: "method"))
    var calibration = Method.standard

    @Option(
        help: ArgumentHelp(
            "With percentile: the share of numbers that are below the upper end and above the lower one, in percent.",
            valueName: "percent"),
        transform: percentage)
    var percentile: Double?

    @Option(
        help: ArgumentHelp(
            """
            Let the score on the held-out samples fall by so many points at most: layers that hurt stay in f32. Points are those of \
            the accuracy in percent, or hundredths of R² or F1.
            """, valueName: "points"),
        transform: points)
    var maxDrop: Double?

    @Option(help: ArgumentHelp("Let a layer stay in f32; may be repeated.", valueName: "layer"))
    var keep: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Bring channels that differ widely to like ranges: always, never, or where that lowers the noise of the answers to \
            calibration samples.
            """, valueName: "choice"))
    var equalization = QuantizationOptions.Choice.automatic

    @Option(
        help: ArgumentHelp(
            "Have biases make up for what the rounding of weights adds in the mean: likewise.", valueName: "choice"))
    var biasCorrection = QuantizationOptions.Choice.automatic

    @Flag(help: "Try each layer by itself, and say what it does to the answer.")
    var sensitivity = false

    @Option(help: "What the choice of samples depends on.")
    var seed: UInt64 = 1

    /// A method of calibration by its name.
    enum Method: String, ExpressibleByArgument, CaseIterable {
        case minmax, percentile, entropy
        case leastSquares = "least-squares"

        static var standard: Method {
            switch CalibrationMethod.standard {
            case .minmax: .minmax
            case .percentile: .percentile
            case .entropy: .entropy
            case .leastSquares: .leastSquares
            }
        }
    }

    func validate() throws {
        if weights != nil {
            let others = [
                ("--held-out", heldOut != nil), ("--percentile", percentile != nil), ("--max-drop", maxDrop != nil),
                ("--sensitivity", sensitivity),
            ]
            if let other = others.first(where: \.1) {
                throw ValidationError("\(other.0) is for codes of activations, and --weights makes none; leave one out")
            }
        }
        if let heldOut, heldOut >= samples {
            throw ValidationError("--held-out \(heldOut) leaves nothing of --samples \(samples); hold out fewer")
        }
        if percentile != nil, calibration != .percentile {
            throw ValidationError("--percentile is for --calibration percentile; give both, or leave it out")
        }
    }

    var options: QuantizationOptions {
        let method: CalibrationMethod =
            switch calibration {
            case .minmax: .minmax
            case .percentile: .percentile(percentile ?? CalibrationMethod.standardPercentile)
            case .entropy: .entropy
            case .leastSquares: .leastSquares
            }
        return QuantizationOptions(
            method: method, equalization: equalization, biasCorrection: biasCorrection, kept: keep,
            maximumDrop: maxDrop, measuresSensitivity: sensitivity)
    }

    /// What is calibrated on, and what is held out.
    func parts(of all: Dataset, file: String) throws(ToolError) -> (samples: Dataset, heldOut: Dataset) {
        let count = min(samples, all.count)
        let wanted = heldOut ?? max(1, count / 5)
        guard wanted < count else {
            throw ToolError(QuantizationError.tooFewSamples(count, heldOut: wanted), file: file)
        }
        let chosen = Array(Shuffle.permutation(count: all.count, seed: seed, epoch: 0).prefix(count))
        return (all.subset(Array(chosen.dropFirst(wanted))), all.subset(Array(chosen.prefix(wanted))))
    }

    /// Those that weights in codes are judged by.
    func samples(of all: Dataset) -> Dataset {
        all.subset(Array(Shuffle.permutation(count: all.count, seed: seed, epoch: 0).prefix(samples)))
    }

    @Sendable
    private static func percentage(_ text: String) throws -> Double {
        guard let number = Double(text), number >= 50, number <= 100 else {
            throw ValidationError("give a number from 50 to 100")
        }
        return number
    }

    @Sendable
    private static func points(_ text: String) throws -> Double {
        guard let number = Double(text), number >= 0, number.isFinite else {
            throw ValidationError("give a number of points from 0 on, such as 0.1")
        }
        return number
    }
}

extension QuantizationOptions.Choice: ExpressibleByArgument {}

extension WeightBits: ExpressibleByArgument {}
