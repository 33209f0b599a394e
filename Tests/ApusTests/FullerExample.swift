import Apus

/// A network of two inputs and two outputs, as text; `Model(contentsOf:)` and `Plan(contentsOf:)` read the files of the tools.
func makePlan() throws -> Plan {
    let graph = try Graph.parse(
        """
        model pair
        input left: f32[N, 3]
        input right: f32[N, 3]
        output sum = add(left, right)
        output product = multiply(left, right)
        """)
    return try Compiler.inferencePlan(Model(graph: graph), target: Processor.preferredTarget(), batchBound: 4)
}

/// By name: arrays go in, and a dictionary comes out.
func sums(_ plan: Plan, _ left: [Float], _ right: [Float]) throws -> [Float] {
    var session = try Session(plan)
    let answers = try session.run(["left": left, "right": right])
    return try answers["sum"]?.elements(as: Float.self) ?? []
}

/// The same without copies: each port reads or writes the caller's memory, and `run` allocates nothing.
func products(_ plan: Plan, _ left: [Float], _ right: [Float]) throws -> [Float] {
    var session = try Session(plan, threads: 2)
    var sum = [Float](repeating: 0, count: left.count)
    var product = sum
    var bindings = try PortBindings(plan, batch: left.count / 3)
    try bindings.bind("left", to: left.span)
    try bindings.bind("right", to: right.span)
    try bindings.bind("sum", to: sum.mutableSpan)
    try bindings.bind("product", to: product.mutableSpan)
    try session.run(bindings)
    return product
}

/// From tasks: each session has a thread of its own, and both share the constants of the plan.
func both(_ plan: Plan, _ left: [Float], _ right: [Float]) async throws -> [[String: ShapedArray]] {
    let (first, second) = (try AsyncSession(plan), try AsyncSession(plan))
    async let forwards = first.answer(["left": left, "right": right])
    async let backwards = second.answer(["left": right, "right": left])
    return try await [forwards, backwards]
}
