import ApusGraph
import Testing

@testable import ApusCompiler

/// What the rules offer, and which of it is taken.
@Suite("Candidates")
struct CandidateTests {
    /// The candidates of the node that makes `value`.
    private func candidates(
        _ spec: String, of value: String, permitted: ConvolutionAlgorithms = .exact
    ) throws -> [Candidate] {
        let graph = try Pipeline([ExplicitParameters()]).run(Model(graph: try Graph.parse(spec))).graph
        let context = LoweringContext(graph, lanes: 16, permitted: permitted)
        let site = try #require(context.sites.first { $0.name == value })
        return site.rule.candidates(site, LayoutChoice(context))
    }

    private let twoConvolutions = """
        model layers
        input image: f32[N, 1, 28, 28]
        first = conv2d(image, filters: 64, kernel: [3, 3], padding: 1)
        second = conv2d(first, filters: 64, kernel: [3, 3], padding: 1)
        output third = conv2d(second, filters: 8, kernel: [5, 5])
        """

    @Test func convolutionsOfferTheDefinitionFirstAndThenTilesAndRows() throws {
        #expect(
            try candidates(twoConvolutions, of: "first").map(\.name) == [
                "direct", "Winograd, F(2 × 2, 3 × 3)", "Winograd, rows",
            ])
        #expect(
            try candidates(twoConvolutions, of: "second").map(\.name) == [
                "direct", "Winograd, F(2 × 2, 3 × 3)", "Winograd, F(2 × 4, 3 × 3)",
            ])
        #expect(try candidates(twoConvolutions, of: "third").map(\.name) == ["direct"])
        #expect(try candidates(twoConvolutions, of: "second", permitted: .direct).map(\.name) == ["direct"])
    }

    @Test func bordersAreAskedForByTheWayOfComputing() throws {
        let direct = try candidates(twoConvolutions, of: "third")
        #expect(direct[0].demands.map(\.border) == [Border()])
        let squares = try candidates(twoConvolutions, of: "second")[2]
        #expect(squares.demands.map(\.border) == [Border(top: 1, left: 1, bottom: 1, right: 1)])
    }

    @Test func theFirstOfTheCheapestIsTaken() {
        func candidate(_ name: String, _ cycles: Double) -> Candidate {
            Candidate(name: name, cycles: cycles) { (_: inout Lowering) throws(LoweringError) in }
        }
        let candidates = [candidate("a", 3), candidate("b", 2), candidate("c", 2)]
        #expect(candidates.cheapest?.name == "b")
        #expect([Candidate]().cheapest == nil)
    }
}
