import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime

/// Runs plans on arrays, for tests.
enum PlanRun {
    /// The outputs of a plan by name, for one batch.
    static func outputs(
        of plan: Plan, images: [String: [Float]], labels: [Int32]? = nil, batch: Int, threads: Int = 1,
        arguments: RunArguments = RunArguments()
    ) throws -> (outputs: [String: [Float]], state: [String: [Float]]) {
        try run(
            plan, images: images, labels: labels, batch: batch, threads: threads, weights: [:], arguments: arguments)
    }

    /// Runs a plan whose weights are in its state, and returns its outputs and every slice as `kind/name`.
    static func run(
        _ plan: Plan, images: [String: [Float]], labels: [Int32]?, batch: Int, threads: Int,
        weights: [String: [Float]], arguments: RunArguments = RunArguments()
    ) throws -> (outputs: [String: [Float]], state: [String: [Float]]) {
        try run(
            plan, floats: images, integers: ["labels": labels ?? []], batch: batch, threads: threads, weights: weights,
            arguments: arguments)
    }

    /// The same with inputs of f32 and of i32, each by the name of its port, and for several steps with one batch.
    static func run(
        _ plan: Plan, floats: [String: [Float]], integers: [String: [Int32]], batch: Int, threads: Int,
        weights: [String: [Float]], arguments: RunArguments = RunArguments(), steps: Int = 1
    ) throws -> (outputs: [String: [Float]], state: [String: [Float]]) {
        var session = try Session(plan, threads: threads)
        for slice in plan.slices where [.parameter, .statistic, .fixed].contains(slice.kind) {
            if let elements = weights[slice.name] { try session.write(elements, to: slice) }
        }
        var outputs = plan.outputs.map { [Float](repeating: .nan, count: batch * $0.sampleElements) }
        // The arrays must stay where they are until the run is over, so each binding nests in the one before.
        try bindInputs(Array(plan.inputs.indices)[...]) {
            try bindOutputs(0) {
                var arguments = arguments
                for _ in 0..<steps {
                    try session.run(batch: batch, arguments: arguments)
                    arguments.step += 1
                }
            }
        }
        func bindInputs(_ ports: ArraySlice<Int>, _ body: () throws -> Void) throws {
            guard let port = ports.first else { return try body() }
            func bind(_ bytes: UnsafeRawBufferPointer) throws {
                session.bindInput(port, to: bytes.baseAddress!)
                try bindInputs(ports.dropFirst(), body)
            }
            let (name, type) = (plan.inputs[port].name, plan.inputs[port].elementType)
            if type == .i32 {
                try integers[name]!.withUnsafeBytes(bind)
            } else {
                try floats[name]!.withUnsafeBytes(bind)
            }
        }
        func bindOutputs(_ port: Int, _ body: () throws -> Void) throws {
            guard port < plan.outputs.count else { return try body() }
            var copy = outputs[port]
            try copy.withUnsafeMutableBytes { bytes in
                session.bindOutput(port, to: bytes.baseAddress!)
                try bindOutputs(port + 1, body)
            }
            outputs[port] = copy
        }
        var state: [String: [Float]] = [:]
        for slice in plan.slices { state["\(slice.kind)/\(slice.name)"] = session.read(slice) }
        return (Dictionary(uniqueKeysWithValues: zip(plan.outputs.map(\.name), outputs)), state)
    }

    /// The largest difference between two arrays, relative to the largest magnitude of the second.
    static func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
        guard found.count == expected.count else { return .infinity }
        let magnitude = expected.reduce(1e-12) { max($0, abs($1)) }
        var worst = 0.0
        for (one, other) in zip(found, expected) {
            let difference = abs(Double(one) - other)
            worst = difference.isNaN ? .infinity : max(worst, difference)
        }
        return worst / magnitude
    }
}
