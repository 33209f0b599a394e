import ApusGraph

private let codes = TensorType(.u8, ["N", 4, 8, 8])
private let numbers = TensorType(.f32, ["N", 4, 8, 8])
private let weight = TensorType(.i8, [8, 4, 3, 3])
private let bias = TensorType(.i32, [8])
private let scale = TensorType(.f32, [8])
private let convolution = Convolution2D(filters: 8, kernel: [3, 3])

extension Breach {
    static let quantized: [Breach] = grids + integerConvolutions + byteConvolutions + byteElements + blockWeights

    private static let grids = [
        Breach(Quantize(scale: 1), [codes], "C1", "takes one operand of f32, not [u8[N, 4, 8, 8]]"),
        Breach(Quantize(scale: 0), [numbers], "C2", "has a scale of 0.0"),
        Breach(Quantize(scale: 1, zero: 256), [numbers], "C2", "a zero of 256"),
        Breach(Dequantize(scale: 1), [numbers], "C1", "takes one operand of u8, not [f32[N, 4, 8, 8]]"),
        Breach(Dequantize(scale: -1), [codes], "C2", "has a scale of -1.0"),
        Breach(FakeQuantize(), [codes, codes], "C1", "fake_quantize can't work on u8[N, 4, 8, 8] and u8[N, 4, 8, 8]"),
        Breach(FakeQuantize(), [numbers], "C1", "takes 2 operands, not 1"),
        Breach(FakeQuantize(), [numbers, TensorType(.f32, [5])], "C2", "can't be broadcast"),
        Breach(
            FakeQuantize(), [TensorType(.f32, ["N", 1]), TensorType(.f32, [3])], "C3",
            "the scale f32[3] would make f32[N, 3] of f32[N, 1]"),
        Breach(FakeQuantize(zero: -1), [numbers, TensorType(.f32, [])], "C4", "codes from 0 to 255 with -1 for zero"),
        Breach(
            FakeQuantize(minimum: 0, maximum: 0), [numbers, TensorType(.f32, [])], "C4", "codes from 0 to 0 with 0"),
    ]

    private static let blockWeights: [Breach] = {
        let row = TensorType(.f32, ["N", 70])
        let (own, scales) = (TensorType(.i8, shape: [8, 70]), TensorType(.f32, shape: [8, 3]))
        let operands = [row, own, scales, scale]
        return [
            Breach(BlockDense(units: 8), [row, own, scales], "C1", "codes, scales and a bias, not 3 operands"),
            Breach(BlockDense(units: 8, bias: false), operands, "C1", "takes x, codes and scales, not 4 operands"),
            Breach(BlockDense(units: 8), [numbers, own, scales, scale], "C2", "not on f32[N, 4, 8, 8]"),
            Breach(BlockDense(units: 8, block: 20), operands, "C3", "8 units with blocks of 20 inputs"),
            Breach(BlockDense(units: 0), operands, "C3", "can't have 0 units"),
            Breach(BlockDense(units: 8), [row, weight, scales, scale], "C4", "is i8[8, 70] here, not i8[8, 4, 3, 3]"),
            Breach(BlockDense(units: 8, block: 64), operands, "C5", "is f32[8, 2] here, not f32[8, 3]"),
            Breach(BlockDense(units: 8), [row, own, scales, bias], "C6", "is f32[8] here, not i32[8]"),
            Breach(
                BlockDense(units: 8, activation: .clip(minimum: 0, maximum: 1)), operands, "C7",
                "are not clipped on their way"),
        ]
    }()

    private static let integerConvolutions = [
        Breach(IntegerConvolution2D(convolution), [codes], "C1", "takes x and a weight, not 1 operand"),
        Breach(IntegerConvolution2D(convolution), [numbers, weight], "C2", "not on f32[N, 4, 8, 8]"),
        Breach(
            IntegerConvolution2D(convolution), [codes, TensorType(.i8, [8, 3, 3, 3])], "C3",
            "is f32[8, 4, 3, 3] here, not f32[8, 3, 3, 3]"),
        Breach(
            IntegerConvolution2D(convolution), [codes, TensorType(.u8, [8, 4, 3, 3])], "C4",
            "is i8[8, 4, 3, 3] here, not u8[8, 4, 3, 3]"),
        Breach(IntegerConvolution2D(convolution, sourceZero: 256), [codes, weight], "C5", "256 is no byte"),
    ]

    private static let byteConvolutions: [Breach] = {
        let operands = [codes, weight, bias, scale]
        func make(
            _ change: (inout QuantizedConvolution2D) -> Void, _ operands: [TensorType], _ label: String,
            _ message: String
        ) -> Breach {
            var operation = QuantizedConvolution2D(convolution)
            change(&operation)
            return Breach(operation, operands, label, message)
        }
        return [
            make({ _ in }, [codes, weight, bias], "C1", "takes x, a weight, a bias, a scale, not 3 operands"),
            make({ $0.addend = .init(zero: 0, scale: 1) }, operands, "C1", "a scale and an addend, not 4 operands"),
            make({ _ in }, [numbers, weight, bias, scale], "C2", "not on f32[N, 4, 8, 8]"),
            make({ $0.convolution.groups = 3 }, operands, "C3", "8 filters can't be split into 3 groups"),
            make({ _ in }, [codes, numbers, bias, scale], "C3", "is f32[8, 4, 3, 3] here"),
            make(
                { _ in }, [codes, TensorType(.u8, [8, 4, 3, 3]), bias, scale], "C4",
                "is i8[8, 4, 3, 3] here, not u8[8, 4, 3, 3]"),
            make({ _ in }, [codes, weight, scale, scale], "C4", "is i32[8] here, not f32[8]"),
            make({ _ in }, [codes, weight, bias, bias], "C4", "is f32[8] here, not i32[8]"),
            make({ $0.result.zero = 256 }, operands, "C5", "with 256"),
            make({ $0.result.elementType = .i8 }, operands, "C5", "not i8 with 0"),
            make(
                {
                    $0.result.minimum = 3; $0.result.maximum = 2
                }, operands, "C6", "can't be from 3.0 to 2.0"),
            make({ $0.result.maximum = 256 }, operands, "C6", "can't be from 0.0 to 256.0"),
            make({ $0.pool = [7, 2] }, operands, "C7", "windows of [7, 2] do not fit"),
            make(
                { $0.addend = .init(zero: 0, scale: 1) }, operands + [codes], "C8",
                "is u8[N, 8, 6, 6] here, not u8[N, 4, 8, 8]"),
        ]
    }()

    private static let byteElements: [Breach] = {
        let term = QuantizedAdd.Term()
        let other = TensorType(.u8, ["N", 4, 8, 9])
        let means = AveragePool2D(window: [3, 3])
        var wide = QuantizedResult()
        wide.maximum = 256
        return [
            Breach(QuantizedAdd(term, term), [codes], "C1", "takes two operands of u8 and one shape"),
            Breach(QuantizedAdd(term, term), [codes, other], "C1", "takes two operands of u8 and one shape"),
            Breach(QuantizedAdd(.init(scale: 0), term), [codes, codes], "C2", "has scales of 0.0 and 1.0"),
            Breach(QuantizedAdd(.init(zero: 256), term), [codes, codes], "C3", "zeros from 0 to 255"),
            Breach(
                QuantizedAdd(term, term, result: QuantizedResult(.f32)), [codes, codes], "C3", "makes u8, not f32"),
            Breach(QuantizedAdd(term, term, result: wide), [codes, codes], "C4", "can't be from 0.0 to 256.0"),
            Breach(QuantizedMaxPool2D(MaxPool2D(window: [2, 2])), [numbers], "C1", "takes one operand of u8"),
            Breach(
                QuantizedMaxPool2D(MaxPool2D(window: [9, 2])), [codes], "C2", "spans 9 rows, but its operand has only 8"
            ),
            Breach(
                QuantizedMaxPool2D(MaxPool2D(window: [3, 3], ceil: true)), [codes], "C2",
                "can't leave open how far windows reach"),
            Breach(QuantizedAveragePool2D(means), [numbers], "C1", "takes one operand of u8"),
            Breach(
                QuantizedAveragePool2D(AveragePool2D(window: [9, 2])), [codes], "C2",
                "spans 9 rows, but its operand has only 8"),
            Breach(
                QuantizedAveragePool2D(AveragePool2D(window: [3, 3], ceil: true)), [codes], "C2",
                "can't leave open how far windows reach"),
            Breach(QuantizedAveragePool2D(means, scale: 0), [codes], "C3", "has a scale of 0.0"),
            Breach(QuantizedAveragePool2D(means, sourceZero: 256), [codes], "C4", "zeros from 0 to 255"),
            Breach(QuantizedAveragePool2D(means, result: wide), [codes], "C5", "can't be from 0.0 to 256.0"),
            Breach(ByteTable(), [codes, codes], "C1", "takes u8 and a table u8[256]"),
        ]
    }()
}
