package import ApusCompiler
package import ApusGraph
package import ApusPlan

/// The plans of a model for batches of 1, 2, 4, 8 and so on, as far as they differ.
///
/// A plan takes a batch of any size, a micro-batch at a time, where samples don't depend on each other. What the compiler decides by the
/// batch is how many samples are a micro-batch: one where convolutions dominate, up to sixteen where the weights of dense layers are
/// large. So networks of convolutions have one plan, and others a few.
package struct PlanLadder: Sendable {
    /// A plan, and the largest batch that it is for.
    package struct Step: Sendable {
        package var bound: Int
        package var plan: Plan
    }
    /// From the smallest bound to the largest.
    package private(set) var steps: [Step]

    /// The largest batch.
    package var maximumBatch: Int { steps[steps.count - 1].bound }

    /// Memory that inputs and outputs of a batch may take: 64 MiB.
    private static let portBytes = 64 << 20

    /// One plan for all batches, as it was compiled.
    package init(_ plan: Plan, maximumBatch: Int) {
        steps = [Step(bound: Self.bound(plan, maximumBatch), plan: plan)]
    }

    /// Compiles a model. A plan that is no other than that for the largest batch is left out, and with it all between them.
    ///
    /// - Throws: ``CompileError`` where the model can't be compiled.
    package init(_ model: Model, target: Target, maximumBatch: Int) throws(CompileError) {
        func compile(_ batch: Int) throws(CompileError) -> Plan {
            try Compiler.inferencePlan(model, target: target, batchBound: batch)
        }
        var smallest = try compile(1)
        let bound = Self.bound(smallest, maximumBatch)
        steps = []
        guard bound > 1 else {
            steps = [Step(bound: bound, plan: smallest)]
            return
        }
        let largest = try compile(bound)
        var size = 1
        while !Self.computesAlike(smallest, largest) {
            smallest.constants =
                steps.last?.plan.constants == smallest.constants
                ? steps[steps.count - 1].plan.constants : smallest.constants
            if let last = steps.last, Self.computesAlike(last.plan, smallest) {
                steps[steps.count - 1].bound = size
            } else {
                steps.append(Step(bound: size, plan: smallest))
            }
            size *= 2
            guard size < bound else { break }
            smallest = try compile(size)
        }
        var plan = largest
        if let last = steps.last, last.plan.constants == plan.constants { plan.constants = last.plan.constants }
        steps.append(Step(bound: bound, plan: plan))
    }

    /// Whether two plans differ in the number alone that they were laid out for.
    private static func computesAlike(_ first: Plan, _ second: Plan) -> Bool {
        var first = first
        first.batchBound = second.batchBound
        return first == second
    }

    /// The largest batch of a plan: what is wanted, as far as the plan takes it and its inputs and outputs have room.
    private static func bound(_ plan: Plan, _ wanted: Int) -> Int {
        var bytes = 0
        for port in plan.inputs + plan.outputs where !port.isShared { bytes = min(bytes + port.sampleBytes, 1 << 50) }
        return max(1, min(wanted, plan.maximumBatch, portBytes / max(bytes, 1)))
    }

    /// Which step answers so many samples: the first that is for as many.
    package func step(for samples: Int) -> Int { steps.firstIndex { $0.bound >= samples } ?? steps.count - 1 }
}
