import ApusPlan
import ApusRuntime

/// A run of one of the project's models: answering a batch, or a training step.
public struct ModelCase: Sendable {
    /// `mnist-cnn.inference.batch-1.threads-1`
    public let name: String
    public let model: BenchmarkModel
    private let work: BenchmarkModel.Work
    private let batch: Int
    private let threads: Int
    private let isRecorded: Bool

    /// - Parameter isRecorded: whether the times of all runs are kept, as `--profile` asks for.
    private init(
        _ model: BenchmarkModel, _ work: BenchmarkModel.Work, batch: Int, threads: Int, isRecorded: Bool = false
    ) {
        name = "\(model.name).\(work.rawValue).batch-\(batch).threads-\(threads)" + (isRecorded ? ".recorded" : "")
        self.model = model
        self.work = work
        self.batch = batch
        self.threads = threads
        self.isRecorded = isRecorded
    }

    /// What is timed, and may allocate nothing.
    public static let all: [ModelCase] = BenchmarkModel.all.flatMap { model in
        [
            ModelCase(model, .inference, batch: 1, threads: 1), ModelCase(model, .inference, batch: 32, threads: 2),
        ] + (model.does(.training) ? [ModelCase(model, .training, batch: 32, threads: 2)] : [])
    }

    /// Every way to run a model: on one thread and on two, recorded and not, and training where it is trained.
    public static func everyWay(_ model: BenchmarkModel) -> [ModelCase] {
        [1, 2].flatMap { threads in
            [
                ModelCase(model, .inference, batch: 16, threads: threads),
                ModelCase(model, .inference, batch: 16, threads: threads, isRecorded: true),
            ] + (model.does(.training) ? [ModelCase(model, .training, batch: 16, threads: threads)] : [])
        }
    }

    public func prepare() throws -> any PreparedRun {
        let (plan, weights) = try model.plan(work, batch: batch)
        return try PreparedModel(plan, weights: weights, batch: batch, threads: threads, isRecorded: isRecorded)
    }
}

/// A session with the memory of its inputs and outputs.
@safe
private final class PreparedModel: PreparedRun {
    private var session: Session
    private let batch: Int
    private let memory: UnsafeMutableRawPointer

    init(_ plan: Plan, weights: [String: [Float]], batch: Int, threads: Int, isRecorded: Bool) throws {
        self.batch = batch
        session = try Session(plan, threads: threads)
        if isRecorded { session.startRecording(eventRoom: 100, tolerance: 1.2) }
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
