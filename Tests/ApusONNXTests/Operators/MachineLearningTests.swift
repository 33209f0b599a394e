import ApusGraph
import ApusONNX
import ONNXSchema
import ONNXTestSupport
import Testing

/// The operators of classic machine learning, held against sums by hand.
@Suite struct MachineLearningTests {
    private func model(
        _ operation: String, _ attributes: [AttributeProto], width: Int = 2, outputs: [String] = ["y"]
    ) -> ModelProto {
        ModelProto(
            [NodeProto(operation, ["x"], outputs, domain: "ai.onnx.ml", attributes)],
            inputs: [.tensor("x", ["N", .number(width)])], outputs: outputs
        ).using("ai.onnx.ml", version: 3)
    }

    private func answer(
        _ operation: String, _ attributes: [AttributeProto], _ x: [Double], width: Int = 2
    ) throws -> [Double] {
        try #require(
            model(operation, attributes, width: width).imported().answers(["x": x], batch: x.count / width)["y"])
    }

    @Test func featuresAreScaledAndNormalized() throws {
        #expect(
            try answer("Scaler", [.floats("offset", [1, 2]), .floats("scale", [10, 100])], [2, 4]) == [10, 200])
        #expect(try answer("Normalizer", [.string("norm", "L2")], [3, 4, 0, 0]) == [0.6, 0.8, 0, 0])
        #expect(try answer("Normalizer", [.string("norm", "MAX")], [-4, -2]) == [2, 1])
        #expect(try answer("Binarizer", [.float("threshold", 0.5)], [0.5, 0.75]) == [0, 1])
    }

    @Test func missingNumbersAreReplaced() throws {
        let attributes: [AttributeProto] = [
            .floats("imputed_value_floats", [7, 8]), .float("replaced_value_float", .nan),
        ]
        #expect(try answer("Imputer", attributes, [.nan, 1, 2, .nan]) == [7, 1, 2, 8])
    }

    @Test func categoriesAreMarked() throws {
        #expect(
            try answer("OneHotEncoder", [.ints("cats_int64s", [3, 1])], [3, 5], width: 1) == [1, 0, 0, 0])
        #expect(
            try answer("OneHotEncoder", [.ints("cats_int64s", [3, 1]), .int("zeros", 0)], [1, 3], width: 1)
                == [0, 1, 1, 0])
        let reason = try reason(of: model("OneHotEncoder", [.strings("cats_strings", ["a"])]))
        #expect(reason == "y (ai.onnx.ml.OneHotEncoder): its categories are text, which there are no values of")
    }

    @Test func keysAreLookedUp() throws {
        let attributes: [AttributeProto] = [
            .floats("keys_floats", [1, .nan, 3]), .floats("values_floats", [10, 20, 30]), .float("default_float", -1),
        ]
        #expect(try answer("LabelEncoder", attributes, [3, .nan, 4, 1], width: 1) == [30, 20, -1, 10])
        let names = try model(
            "LabelEncoder", [.floats("keys_floats", [1, 2]), .strings("values_strings", ["cat", "dog"])], width: 1
        ).imported()
        #expect(try names.answers(["x": [2, 1, 9]], batch: 3)["y"] == [1, 0, 2])
        #expect(names.labels == ["cat", "dog", "_Unused"])
    }

    /// Two classes from one row of coefficients, and three from three.
    @Test func linesTellClassesApart() throws {
        let two = try model(
            "LinearClassifier",
            [
                .floats("coefficients", [1, -1]), .floats("intercepts", [0.5]), .ints("classlabels_ints", [5, 7]),
                .string("post_transform", "NONE"),
            ], outputs: ["label", "y"]
        ).imported()
        let answers = try two.answers(["x": [1, 1, 0, 2]], batch: 2)
        #expect(answers["label"] == [7, 5])
        #expect(answers["y"] == [0.5, 0.5, 2.5, -1.5])
        #expect(two.labels == ["5", "7"])
        let three = try model(
            "LinearClassifier",
            [.floats("coefficients", [1, 0, 0, 1, -1, -1]), .strings("classlabels_strings", ["a", "b", "c"])],
            outputs: ["label", "y"]
        ).imported()
        #expect(try three.answers(["x": [1, 2, -1, -1]], batch: 2)["label"] == [1, 2])
        #expect(three.labels == ["a", "b", "c"])
    }

    /// The map from class to score is handed on as the scores alone.
    @Test func mapsAreScores() throws {
        let zip = try model("ZipMap", [.strings("classlabels_strings", ["no", "yes"])]).imported()
        #expect(try zip.answers(["x": [0.25, 0.75]])["y"] == [0.25, 0.75])
        #expect(zip.labels == ["no", "yes"])
    }

    @Test func supportVectorsAddUp() throws {
        let attributes: [AttributeProto] = [
            .floats("coefficients", [2, -1]), .floats("support_vectors", [1, 0, 0, 1]), .int("n_supports", 2),
            .floats("rho", [0.5]), .string("kernel_type", "POLY"), .floats("kernel_params", [1, 1, 2]),
        ]
        // 2 · (x₀ + 1)² − (x₁ + 1)² + 0.5
        #expect(try answer("SVMRegressor", attributes, [1, 2]) == [-0.5])
    }

    /// Three classes of one vector each: a score for each pair of them, and a vote.
    @Test func pairsOfClassesVote() throws {
        let attributes: [AttributeProto] = [
            .floats("coefficients", [1, -1, 0.5, 0.25, 0.75, -1]), .floats("support_vectors", [1, -1, 0.5]),
            .ints("vectors_per_class", [1, 1, 1]), .floats("rho", [0.125, 0.25, -0.25]),
            .ints("classlabels_ints", [10, 20, 30]),
        ]
        let model = try model("SVMClassifier", attributes, width: 1, outputs: ["label", "y"]).imported()
        let answers = try model.answers(["x": [1, -2]], batch: 2)
        // 0 against 1: x + x + 1/8; 0 against 2: x/4 + x/4 + 1/4; 1 against 2: -3/4 x - x/2 - 1/4.
        #expect(answers["y"] == [2.125, 0.75, -1.5, -3.875, -0.75, 2.25])
        #expect(answers["label"] == [10, 20])
    }

    /// The score of the only pair stands for the first class, and is written for the second.
    @Test func twoClassesHaveOneScore() throws {
        let attributes: [AttributeProto] = [
            .floats("coefficients", [1, -1]), .floats("support_vectors", [1, -1]), .ints("vectors_per_class", [1, 1]),
            .floats("rho", [0]), .ints("classlabels_ints", [10, 20]), .string("post_transform", "NONE"),
        ]
        let model = try model("SVMClassifier", attributes, width: 1, outputs: ["label", "y"]).imported()
        let answers = try model.answers(["x": [3, 0, -1]], batch: 3)
        #expect(answers["y"] == [-6, 6, 0, 0, 2, -2])
        #expect(answers["label"] == [10, 20, 20])
        let probabilities = self.model(
            "SVMClassifier", attributes + [.floats("prob_a", [1])], width: 1, outputs: ["label", "y"])
        #expect(
            try reason(of: probabilities)
                == "label (ai.onnx.ml.SVMClassifier): 'prob_a' asks for probabilities, which are found by iteration and are not computed"
        )
    }

    /// skl2onnx looks the labels of a batch up in the list of classes, and keeps what it finds in one row.
    @Test func labelsOfABatchAreLookedUp() throws {
        let model = try ModelProto(
            [
                NodeProto("ArgMax", ["x"], ["place"], [.int("axis", 1), .int("keepdims", 1)]),
                NodeProto("ArrayFeatureExtractor", ["classes", "place"], ["row"], domain: "ai.onnx.ml"),
                NodeProto("Reshape", ["row", "shape"], ["y"]),
            ], inputs: [.tensor("x", ["N", 3])],
            initializers: [
                TensorProto("classes", [3], integers: [7, 8, 9]), TensorProto("shape", [1], integers: [-1]),
            ]
        ).using("ai.onnx.ml", version: 3).imported()
        #expect(try model.answers(["x": [0, 1, 0, 5, 1, 0]], batch: 2)["y"] == [8, 7])
    }
}
