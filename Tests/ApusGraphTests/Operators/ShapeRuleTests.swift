import ApusGraph
import Testing

/// Types and derivations worked out by hand.
struct ShapeRuleTests {
    private func infer(_ operation: any Operator, _ operands: TensorType...) throws -> InferredType {
        try #require(try operation.infer(operands).first)
    }

    private func image(_ channels: Int, _ height: Int, _ width: Int) -> TensorType {
        TensorType(.f32, ["N", .fixed(channels), .fixed(height), .fixed(width)])
    }

    @Test func mnistConvolution() throws {
        let y = try infer(Convolution2D(filters: 16, kernel: [3, 3], padding: Padding(1)), image(1, 28, 28))
        #expect(y.type == image(16, 28, 28))
        #expect(
            y.derivations == [
                nil, "filters", "floor((28 + 1 + 1 − 3) / 1) + 1", "floor((28 + 1 + 1 − 3) / 1) + 1",
            ])
    }

    @Test func stridedDilatedAsymmetricConvolution() throws {
        let convolution = Convolution2D(
            filters: 8, kernel: [3, 5], stride: [2, 3], padding: .explicit(top: 1, left: 0, bottom: 2, right: 4),
            dilation: [2, 1], groups: 2, trim: [1, 0])
        let y = try infer(convolution, image(6, 12, 17))
        // Rows: 12 + 3 − 5 = 10, 10 / 2 + 1 = 6, less 1. Columns: 17 + 4 − 5 = 16, 16 / 3 + 1 = 6.
        #expect(y.type == image(8, 5, 6))
        #expect(y.derivations[2] == "floor((12 + 1 + 2 − (2 × (3 − 1) + 1)) / 2) + 1 − 1")
        #expect(y.derivations[3] == "floor((17 + 0 + 4 − 5) / 3) + 1")
        #expect(
            convolution.geometry(height: 12, width: 17)
                == WindowGeometry(
                    outputHeight: 5, outputWidth: 6, padTop: 1, padLeft: 0, padBottom: 2, padRight: 4))
        let parameters = convolution.implicitParameters([image(6, 12, 17)])
        #expect(parameters[0].suffix == "weight" && parameters[1].suffix == "bias")
        #expect(parameters[0].type == TensorType(.f32, [8, 3, 3, 5]))
        #expect(parameters[0].initializer == .glorotUniform(fanIn: 45, fanOut: 60))
        #expect(parameters[1].type == TensorType(.f32, [8]) && parameters[1].initializer == .constant(0))
    }

    @Test func samePaddingIsLargerAtTheFarEdge() throws {
        let convolution = Convolution2D(filters: 1, kernel: [4, 3], stride: [1, 2], padding: .same, bias: false)
        let y = try infer(convolution, image(1, 5, 8))
        #expect(y.type == image(1, 5, 4))
        #expect(y.derivations[2] == "ceil(5 / 1)" && y.derivations[3] == "ceil(8 / 2)")
        // Rows need 3 in all, 1 + 2; columns (4 − 1) · 2 + 3 − 8 = 1, 0 + 1.
        #expect(
            convolution.geometry(height: 5, width: 8)
                == WindowGeometry(
                    outputHeight: 5, outputWidth: 4, padTop: 1, padLeft: 0, padBottom: 2, padRight: 1))
        #expect(convolution.implicitParameters([image(1, 5, 8)]).count == 1)
    }

    @Test func poolingFloorsAndFlattenDerives() throws {
        let pool = try infer(MaxPool2D(window: [2, 2]), image(32, 7, 7))
        #expect(pool.type == image(32, 3, 3))
        #expect(pool.derivations[2] == "floor((7 + 0 + 0 − 2) / 2) + 1")
        let flat = try infer(Flatten(), pool.type)
        #expect(flat.type == TensorType(.f32, ["N", 288]) && flat.derivations == [nil, "32 × 3 × 3"])
        let average = try infer(AveragePool2D(window: [3, 2], stride: [1, 2], padding: .same), image(2, 5, 5))
        #expect(average.type == image(2, 5, 3))
        #expect(try infer(GlobalAveragePool(), image(2, 5, 5)).type == image(2, 1, 1))
    }

    @Test func fusedConvolutionPoolsItsResult() throws {
        let fused = FusedConvolution2D(
            convolution: Convolution2D(filters: 16, kernel: [3, 3], padding: Padding(1)), activation: .relu,
            pool: [2, 2],
            argmax: true)
        let results = try fused.infer([image(1, 29, 28)])
        #expect(results[0].type == image(16, 14, 14))
        #expect(results[0].derivations[2] == "floor((floor((29 + 1 + 1 − 3) / 1) + 1) / 2)")
        #expect(results[1].type == TensorType(.u8, results[0].type.dimensions))
        // Row 29 fills no window and is not computed.
        #expect(fused.cost(operands: [image(1, 29, 28)], results: results.map(\.type)).multiplyAdds == 16 * 28 * 28 * 9)
    }

    @Test func costsOfTheMnistNetwork() throws {
        let convolution = Convolution2D(filters: 32, kernel: [3, 3], padding: Padding(1))
        let (x, y) = (image(16, 14, 14), image(32, 14, 14))
        #expect(convolution.cost(operands: [x], results: [y]).multiplyAdds == 903_168)
        let weight = TensorType(.f32, [32, 16, 3, 3])
        let input = Convolution2DInputGradient(convolution: convolution, input: [14, 14])
        #expect(input.cost(operands: [weight, y], results: [x]).multiplyAdds == 903_168)
        let gradient = Convolution2DWeightGradient(convolution: convolution)
        #expect(gradient.cost(operands: [x, y], results: [weight]).multiplyAdds == 903_168)
        let row = TensorType(.f32, ["N", 288])
        #expect(Dense(units: 10).cost(operands: [row], results: []).multiplyAdds == 2880)
        #expect(MaxPool2D(window: [2, 2]).cost(operands: [x], results: []).multiplyAdds == 0)
    }

    @Test func reshapeDerivesOneNumber() throws {
        let row = TensorType(.f32, ["N", 784])
        let reshaped = try infer(Reshape(shape: [1, 28, -1]), row)
        #expect(reshaped.type == image(1, 28, 28) && reshaped.derivations == [nil, nil, nil, "784 / 28"])
        #expect(try infer(Reshape(shape: [6, -1]), TensorType(.f32, [4, 3])).type == TensorType(.f32, [6, 2]))
    }

    @Test func broadcastingAlignsAtTheEnd() throws {
        let x = TensorType(.f32, ["N", 3, 1, 5])
        #expect(try infer(Add(), x, TensorType(.f32, [4, 1])).type == TensorType(.f32, ["N", 3, 4, 5]))
        #expect(try infer(Multiply(), TensorType(.f32, []), x).type == x)
        #expect(
            try infer(Add(), TensorType(.f32, [1, 3]), TensorType(.f32, ["N", 1])).type == TensorType(.f32, ["N", 3]))
        #expect(try infer(ReduceSum(axes: [0, 2]), x).type == TensorType(.f32, [3, 5]))
        #expect(try infer(ReduceSum(axes: [0, 2], keep: true), x).type == TensorType(.f32, [1, 3, 1, 5]))
    }

    @Test func lossesAreScalars() throws {
        let labels = TensorType(.i32, ["N"])
        let rows = TensorType(.f32, ["N", 10])
        #expect(try infer(LogitCrossEntropy(), rows, labels).type == TensorType(.f32, []))
        #expect(try infer(CrossEntropyGradient(), rows, labels, TensorType(.f32, [])).type == rows)
    }

    @Test func batchNormParameters() throws {
        let parameters = BatchNorm().implicitParameters([image(8, 4, 4)])
        #expect(parameters.map(\.suffix) == ["scale", "bias", "mean", "variance"])
        #expect(parameters.map(\.role) == [.trained, .trained, .statistic, .statistic])
        #expect(parameters.map(\.initializer) == [.constant(1), .constant(0), .constant(0), .constant(1)])
    }

    @Test(arguments: [
        (AttributeValue.integer(1), "padding: 1"), (.integers([1, 1]), "padding: 1"),
        (.integers([1, 2]), "padding: [1, 2]"),
        (.integers([1, 2, 1, 2]), "padding: [1, 2]"), (.integers([0, 0, 1, 1]), "padding: [0, 0, 1, 1]"),
        (.word("same"), "padding: same"), (.integer(0), ""),
    ])
    func paddingIsWrittenInItsShortestForm(value: AttributeValue, text: String) throws {
        var reader = AttributeReader(
            operatorName: "max_pool2d", [Attribute("window", .integer(3)), Attribute("padding", value)])
        let pool = try MaxPool2D(attributes: &reader)
        #expect(pool.attributes.dropFirst().map(\.description).joined() == text)
    }

    @Test(arguments: [
        AttributeValue.integer(-1), .integers([1, 2, 3]), .integers([]), .word("valid"), .number(1.5),
        .integers([0, 0, 0, 65_537]),
    ])
    func paddingOfAnotherKindIsRefused(value: AttributeValue) {
        var reader = AttributeReader(
            operatorName: "max_pool2d", [Attribute("window", .integer(3)), Attribute("padding", value)])
        do {
            _ = try MaxPool2D(attributes: &reader)
            Issue.record("\(value) was taken")
        } catch {
            #expect(error.attribute == "padding" && error.message.hasSuffix("or same, not \(value)"))
            #expect(error.remedy == "write 1, [rows, columns], [top, left, bottom, right] or same")
        }
    }

    @Test func valuesOfAnImpossibleSizeAreRefused() throws {
        var editor = GraphEditor(name: "large")
        for dimensions in [[65_536, 65_536], [0], [-3], [Int.max, Int.max]] {
            let type = TensorType(.f32, ["N"] + dimensions.map(Dimension.fixed))
            let error = try #require(throws: GraphError.self) { _ = try editor.addInput("x", type) }
            #expect(error.message.contains("is too large"))
        }
        let x = try editor.addInput("x", image(1, 40_000, 40_000))
        let error = try #require(throws: GraphError.self) {
            _ = try editor.apply(Convolution2D(filters: 2, kernel: [1, 1]), to: [x], names: ["y"])
        }
        #expect(error.place == "y" && error.message.contains("f32[N, 2, 40000, 40000] is too large"))
    }
}
