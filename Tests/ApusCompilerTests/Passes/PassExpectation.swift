import ApusCompiler
import ApusGraph
import Testing

/// Expects that a pass makes the one graph of the other, both in the language, and that the result is well-formed.
func expect(
    _ pass: any Pass, turns before: String, into after: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
    let expected = try Graph.parse(after).text
    let result = try pass.apply(to: Model(graph: try Graph.parse(before))).graph
    try Verifier.verify(result)
    let text = result.compacted().text
    #expect(text == expected, "\(text)\nis not\n\(expected)", sourceLocation: sourceLocation)
}

/// Expects that a pass refuses a graph with this error.
func expect(
    _ pass: any Pass, refuses source: String, saying message: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
    let model = Model(graph: try Graph.parse(source))
    let error = #expect(throws: PassError.self, sourceLocation: sourceLocation) { _ = try pass.apply(to: model) }
    #expect(error?.description == message, sourceLocation: sourceLocation)
}
