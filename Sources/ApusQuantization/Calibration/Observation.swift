package import ApusCompiler
import ApusData
import ApusGraph
package import ApusPlan
package import ApusRuntime
import ApusTraining

/// What answers are computed by.
package struct Machine: Sendable {
    package var target: Target
    package var threads: Int
    package var placement: ThreadPlacement
    package var convolutions: ConvolutionAlgorithms

    package init(
        target: Target, threads: Int, placement: ThreadPlacement = .free, convolutions: ConvolutionAlgorithms = .exact
    ) {
        self.target = target
        self.threads = threads
        self.placement = placement
        self.convolutions = convolutions
    }
}

/// A session that gives values from within a model, for samples of a data set.
struct Observation: ~Copyable {
    /// What is observed, by name, in the order of ``outputs``.
    let names: [String]
    let inputs: [FloatBlock]
    let outputs: [FloatBlock]
    /// Elements of a sample of each.
    let sizes: [Int]
    /// Samples at a time.
    let batch: Int
    private var session: Session
    private let preparation: InputPreparation

    /// Bytes of all values of a batch, about.
    private static let batchBytes = 1 << 26
    private static let largestBatch = 64

    /// - Parameters:
    ///   - model: whose values are observed.
    ///   - names: of values of f32 that depend on the batch, none of them an input.
    init(
        _ model: Model, names: [String], preparation: InputPreparation, machine: Machine
    ) throws(QuantizationError) {
        let names = names.isEmpty ? [model.graph[model.graph.outputs[0]].name] : names
        let bytes = names.reduce(0) { sum, name in
            sum + 4 * (model.graph.value(named: name).map { model.graph[$0].type.shape(batch: 1).reduce(1, *) } ?? 0)
        }
        // It must not depend on the machine, or sums would.
        batch = min(max(Self.batchBytes / max(bytes, 1), 1), Self.largestBatch)
        let plan: Plan
        do {
            plan = try Compiler.inferencePlan(
                model, target: machine.target, batchBound: batch, until: names, convolutions: machine.convolutions)
        } catch {
            throw .compile(error)
        }
        do {
            session = try Session(plan, threads: machine.threads, placement: machine.placement)
        } catch {
            throw .session(error)
        }
        self.names = plan.outputs.map(\.name)
        self.preparation = preparation
        sizes = plan.outputs.map(\.sampleElements)
        let batch = batch
        inputs = plan.inputs.map { FloatBlock(count: batch * $0.sampleElements) }
        outputs = plan.outputs.map { FloatBlock(count: batch * $0.sampleElements) }
        for (port, block) in inputs.enumerated() { unsafe session.bindInput(port, to: block.address) }
        for (port, block) in outputs.enumerated() { unsafe session.bindOutput(port, to: block.address) }
    }

    /// Elements of a sample of an input.
    func inputSize(_ input: Int) -> Int { session.plan.inputs[input].sampleElements }

    /// The samples of a data set as the model takes them.
    func source(_ dataset: Dataset) throws(QuantizationError) -> BatchSource {
        do throws(TrainingError) {
            return try BatchSource(
                dataset, for: session.plan.inputs, preparation: preparation, hasTargets: false)
        } catch {
            throw .training(error)
        }
    }

    /// Answers samples, a batch at a time; `body` is called behind each with the number of its samples.
    mutating func run(_ dataset: Dataset, _ body: (Int) -> Void) throws(QuantizationError) {
        let source = try source(dataset)
        for first in stride(from: 0, to: dataset.count, by: batch) {
            let count = min(batch, dataset.count - first)
            try answer(source, first: first, count: count)
            body(count)
        }
    }

    /// Answers a batch: the samples from `first` on.
    mutating func answer(_ source: BatchSource, first: Int, count: Int) throws(QuantizationError) {
        let inputs = inputs
        unsafe source.withAddresses { columns in
            for (input, preparation) in source.preparations.enumerated() {
                for row in 0..<count {
                    unsafe preparation.prepare(
                        columns[input], sample: first + row, seed: 0, epoch: 0,
                        into: inputs[input].address + row * preparation.elements * 4)
                }
            }
        }
        do { try session.run(batch: count) } catch { throw .session(error) }
    }
}
