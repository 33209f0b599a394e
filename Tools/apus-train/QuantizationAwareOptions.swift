import ApusCommandLine
import ApusData
import ApusGraph
import ApusQuantization
import ApusToolSupport
import ArgumentParser

/// Training for 8 bits.
struct QuantizationAwareOptions: ParsableArguments {
    @Flag(
        name: .customLong("quantize-aware"),
        help: """
            Train a trained model for 8 bits: weights and values are rounded to codes as it goes, ranges are trained too, and best.apus is \
            a model in 8 bits, as apus-quantize writes. Batch norms become part of the weights.
            """)
    var isOn = false

    @Option(
        help: ArgumentHelp(
            "With --quantize-aware: samples that ranges are chosen by to begin with (default: 500).", valueName: "count"
        ),
        transform: RecipeOptions.count)
    var calibrationSamples: Int?

    @Option(
        name: .customLong("keep"),
        help: ArgumentHelp("With --quantize-aware: let a layer stay in f32; may be repeated.", valueName: "layer"))
    var kept: [String] = []

    func validate() throws {
        guard !isOn else { return }
        if calibrationSamples != nil {
            throw ValidationError("--calibration-samples is for --quantize-aware; give both")
        }
        if !kept.isEmpty { throw ValidationError("--keep is for --quantize-aware; give both") }
    }

    private static let standardSamples = 500

    /// The model with codes in it, in the form that is trained; nil where that is not asked for.
    ///
    /// It depends on the model and the samples alone, so a run that goes on makes it again.
    ///
    /// - Parameters:
    ///   - file: what the model is called.
    ///   - samples: those that are trained on.
    ///   - seed: what the choice of them depends on.
    func applied(
        to model: Model, file: String, samples: Dataset, seed: UInt64, preparation: InputPreparation, machine: Machine
    ) throws -> FakeQuantizedModel? {
        guard isOn else { return nil }
        let count = min(calibrationSamples ?? Self.standardSamples, samples.count)
        let chosen = samples.subset(
            Array(Shuffle.permutation(count: samples.count, seed: seed, epoch: 0).prefix(count)))
        let options = QuantizationOptions(biasCorrection: .never, kept: kept)
        let explicit = try explicitModel(model, file: file)
        do throws(QuantizationError) {
            let trained = try Quantizer(
                explicit, samples: chosen, heldOut: chosen, preparation: preparation,
                machine: machine, options: options
            ).trainable()
            let (quantized, all) = trained.layers
            print("8 bits: \(quantized) of \(all) layers, with ranges of \(formatCount(count)) samples to begin with")
            return trained
        } catch {
            throw ToolError(error, file: file)
        }
    }
}
