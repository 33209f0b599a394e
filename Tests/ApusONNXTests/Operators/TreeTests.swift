import ApusGraph
import ApusONNX
import ONNXSchema
import ONNXTestSupport
import Testing

/// Trees, which go down level by level: held against what a person reads off them.
@Suite struct TreeTests {
    /// Tree 0 asks feature 0 and then feature 1, tree 1 feature 1 alone:
    ///
    ///     x₀ ≤ 0 ? leaf 1 : (x₁ ≤ 1 ? leaf 3 : leaf 4)        x₁ ≤ −1 ? leaf 1 : leaf 2
    private func trees(mode: String = "BRANCH_LEQ", missing: Bool = false) -> [AttributeProto] {
        [
            .ints("nodes_treeids", [0, 0, 0, 0, 0, 1, 1, 1]), .ints("nodes_nodeids", [0, 1, 2, 3, 4, 0, 1, 2]),
            .ints("nodes_featureids", [0, 0, 1, 0, 0, 1, 0, 0]), .floats("nodes_values", [0, 0, 1, 0, 0, -1, 0, 0]),
            .strings("nodes_modes", [mode, "LEAF", mode, "LEAF", "LEAF", mode, "LEAF", "LEAF"]),
            .ints("nodes_truenodeids", [1, 0, 3, 0, 0, 1, 0, 0]),
            .ints("nodes_falsenodeids", [2, 0, 4, 0, 0, 2, 0, 0]),
            .ints("nodes_missing_value_tracks_true", [missing ? 1 : 0, 0, 0, 0, 0, 0, 0, 0]),
        ]
    }

    private func leaves(_ word: String, ids: [Int], _ weights: [Float]) -> [AttributeProto] {
        [
            .ints("\(word)_treeids", [0, 0, 0, 1, 1]), .ints("\(word)_nodeids", [1, 3, 4, 1, 2]),
            .ints("\(word)_ids", ids), .floats("\(word)_weights", weights),
        ]
    }

    private func model(_ operation: String, _ attributes: [AttributeProto], outputs: [String] = ["y"]) -> ModelProto {
        ModelProto(
            [NodeProto(operation, ["x"], outputs, domain: "ai.onnx.ml", attributes)],
            inputs: [.tensor("x", ["N", 2])], outputs: outputs
        ).using("ai.onnx.ml", version: 3)
    }

    private let rows: [Double] = [0, 0, 1, 1, 1, 2, -1, -5]

    private func regression(_ attributes: [AttributeProto]) throws -> [Double] {
        let weights = leaves("target", ids: [0, 0, 0, 0, 0], [1, 2, 3, 10, 20])
        let file = model("TreeEnsembleRegressor", [.int("n_targets", 1)] + weights + attributes)
        return try #require(file.imported().answers(["x": rows], batch: 4)["y"])
    }

    @Test func weightsOfLeavesAreBroughtTogether() throws {
        #expect(try regression(trees()) == [21, 22, 23, 11])
        #expect(try regression(trees() + [.floats("base_values", [100])]) == [121, 122, 123, 111])
        #expect(try regression(trees() + [.string("aggregate_function", "AVERAGE")]) == [10.5, 11, 11.5, 5.5])
        #expect(try regression(trees() + [.string("aggregate_function", "MAX")]) == [20, 20, 20, 10])
    }

    /// Each tree for a target of its own, and both for both.
    @Test func treesWeighForTargetsInTurn() throws {
        for (ids, expected) in [
            ([0, 0, 0, 1, 1], [1, 20, 2, 20, 3, 20, 1, 10]), ([1, 1, 1, 0, 0], [20, 1, 20, 2, 20, 3, 10, 1]),
            ([0, 0, 1, 1, 1], [1, 20, 2, 20, 0, 23, 1, 10]),
        ] as [([Int], [Double])] {
            let weights = leaves("target", ids: ids, [1, 2, 3, 10, 20])
            let file = model("TreeEnsembleRegressor", [.int("n_targets", 2)] + weights + trees())
            #expect(try file.imported().answers(["x": rows], batch: 4)["y"] == expected)
        }
    }

    @Test func everyQuestionIsAsked() throws {
        #expect(try regression(trees(mode: "BRANCH_LT")) == [22, 23, 23, 11])
        #expect(try regression(trees(mode: "BRANCH_GT")) == [13, 11, 11, 23])
        #expect(try regression(trees(mode: "BRANCH_GTE")) == [11, 11, 11, 23])
        #expect(try regression(trees(mode: "BRANCH_EQ")) == [21, 22, 23, 23])
        #expect(try regression(trees(mode: "BRANCH_NEQ")) == [12, 11, 11, 11])
    }

    @Test func missingFeaturesGoWhereTheTreeSays() throws {
        let weights = leaves("target", ids: [0, 0, 0, 0, 0], [1, 2, 3, 10, 20])
        func answer(_ missing: Bool) throws -> [Double]? {
            try model("TreeEnsembleRegressor", [.int("n_targets", 1)] + weights + trees(missing: missing))
                .imported().answers(["x": [.nan, 0]])["y"]
        }
        #expect(try answer(false) == [22])
        #expect(try answer(true) == [21])
    }

    private func classification(
        _ ids: [Int], _ weights: [Float], _ labels: [Int], _ more: [AttributeProto] = []
    ) throws -> [String: [Double]] {
        let file = model(
            "TreeEnsembleClassifier",
            trees() + leaves("class", ids: ids, weights) + [.ints("classlabels_int64s", labels)] + more,
            outputs: ["label", "y"])
        return try file.imported().answers(["x": rows], batch: 4)
    }

    /// Of two classes the weights are those of the second one: probabilities where none is negative, else scores.
    @Test func oneScoreTellsTwoClassesApart() throws {
        let shares = try classification([0, 0, 0, 0, 0], [0.125, 0.25, 0.375, 0.25, 0.5], [4, 9])
        #expect(shares["label"] == [9, 9, 9, 4])
        #expect(shares["y"] == [0.375, 0.625, 0.25, 0.75, 0.125, 0.875, 0.625, 0.375])
        let scores = try classification([0, 0, 0, 0, 0], [-1, 2, 3, -4, 0.5], [4, 9])
        #expect(scores["label"] == [4, 9, 9, 4])
        #expect(scores["y"] == [0.5, -0.5, -2.5, 2.5, -3.5, 3.5, 5, -5])
    }

    @Test func theLargestOfManyScoresIsTheClass() throws {
        let answers = try classification([0, 1, 2, 0, 1], [1, 2, 3, 4, 1.5], [4, 9, 7])
        #expect(answers["label"] == [9, 9, 7, 4])
        #expect(answers["y"] == [1, 1.5, 0, 0, 3.5, 0, 0, 1.5, 3, 5, 0, 0])
    }

    @Test func whatIsNoTreeIsRefused() throws {
        var attributes = trees() + leaves("target", ids: [0, 0, 0, 0, 0], [1, 2, 3, 10, 20])
        attributes[5] = .ints("nodes_truenodeids", [0, 0, 3, 0, 0, 1, 0, 0])
        let cyclic = try reason(of: model("TreeEnsembleRegressor", attributes))
        #expect(cyclic == "y (ai.onnx.ml.TreeEnsembleRegressor): its nodes are no trees, or deeper than 512")
        attributes = trees() + leaves("target", ids: [0, 0, 3, 0, 0], [1, 2, 3, 10, 20])
        let target = try reason(of: model("TreeEnsembleRegressor", attributes))
        #expect(
            target
                == "y (ai.onnx.ml.TreeEnsembleRegressor): has weights for 1 targets at 5 leaves, which don't fit")
    }
}
