import ApusCompiler
import ApusFiles
import ApusGraph
import ApusPlan
import ApusRuntime

/// A run of one of the project's models: answering a batch, or a training step.
public struct ModelCase: Sendable {
    public enum Work: String, Sendable, CaseIterable {
        case inference, training
    }

    /// `mnist-cnn.inference.batch-1.threads-1`
    public let name: String
    private let model: String
    private let work: Work
    private let batch: Int
    private let threads: Int

    private init(_ model: String, _ work: Work, batch: Int, threads: Int) {
        name = "\(model).\(work.rawValue).batch-\(batch).threads-\(threads)"
        self.model = model
        self.work = work
        self.batch = batch
        self.threads = threads
    }

    /// The specs in `Models` that are timed, in the order in which they appear in a table. Sequences, videos and the large models
    /// have thresholds, and are not among them yet.
    static let models = trained + ["autoencoder", "mlp-regression"]
    /// Those whose training steps are timed.
    static let trained = [
        "mnist-cnn", "mnist-cnn-small", "lenet5", "mlp", "resnet8", "mobilenet-v1-025", "ds-cnn",
    ]
    public static let all: [ModelCase] = models.flatMap { model in
        [
            ModelCase(model, .inference, batch: 1, threads: 1), ModelCase(model, .inference, batch: 32, threads: 2),
        ] + (trained.contains(model) ? [ModelCase(model, .training, batch: 32, threads: 2)] : [])
    }

    /// The plan of a model with initial weights.
    static func plan(_ name: String, _ work: Work, batch: Int) throws -> (plan: Plan, model: Model) {
        let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = "\(folder)/Models/\(name).graph"
        let graph = try Graph.parse(String(decoding: try readFile(file), as: UTF8.self), file: file)
        let model = try ExplicitParameters().apply(to: Model(graph: graph)).initialized(seed: 1)
        let target = try Processor.preferredTarget()
        switch work {
        case .inference: return (try Compiler.inferencePlan(model, target: target, batchBound: batch), model)
        case .training:
            var lowering = LoweringOptions(target: target, batchBound: batch, weights: .state)
            lowering.optimizer = .adam()
            return (try Compiler.trainingPlan(model, .init(inputNoise: 0.1), lowering: lowering), model)
        }
    }

    public func prepare() throws -> any PreparedRun {
        let (plan, model) = try Self.plan(model, work, batch: batch)
        return try PreparedModel(plan, weights: model.weights, batch: batch, threads: threads)
    }
}

/// A session with the memory of its inputs and outputs.
@safe
private final class PreparedModel: PreparedRun {
    private var session: Session
    private let batch: Int
    private let memory: UnsafeMutableRawPointer

    init(_ plan: Plan, weights: [String: [Float]], batch: Int, threads: Int) throws {
        self.batch = batch
        session = try Session(plan, threads: threads)
        for slice in plan.slices where slice.kind == .parameter || slice.kind == .statistic {
            if let elements = weights[slice.name] { try session.write(elements, to: slice) }
        }
        let ports = plan.inputs + plan.outputs
        let sizes = ports.map { ($0.elements(samples: batch) * $0.elementType.size + 63) / 64 * 64 }
        unsafe memory = .allocate(byteCount: sizes.reduce(0, +), alignment: 64)
        var next = unsafe memory
        for (index, port) in ports.enumerated() {
            let elements = port.elements(samples: batch)
            switch port.elementType {
            case .f32: unsafe next.initializeMemory(as: Float.self, from: testNumbers(elements), count: elements)
            // Labels and indices.
            case .i32: unsafe next.initializeMemory(as: Int32.self, repeating: 1, count: elements)
            case .i64: unsafe next.initializeMemory(as: Int64.self, repeating: 1, count: elements)
            default: unsafe next.initializeMemory(as: UInt8.self, repeating: 0, count: elements * port.elementType.size)
            }
            if index < plan.inputs.count {
                unsafe session.bindInput(index, to: next)
            } else {
                unsafe session.bindOutput(index - plan.inputs.count, to: next)
            }
            unsafe next += sizes[index]
        }
    }

    deinit { unsafe memory.deallocate() }

    func run() {
        // The batch is the plan's own, so this can't fail.
        do { try session.run(batch: batch) } catch { fatalError(error.description) }
    }
}
