import ApusGraph

private func f32(_ dimensions: Dimension...) -> TensorType { TensorType(.f32, dimensions) }

private let sound = f32("N", 4, 9)
private let image = f32("N", 4, 9, 9)
private let volume = f32("N", 4, 9, 9, 9)

extension Breach {
    static let spatial: [Breach] =
        convolutions(sound, weight: f32(8, 4, 3), wrong: f32(8, 4, 2)) { filters, size, groups, bias in
            Convolution1D(filters: filters, kernel: size, groups: groups, bias: bias)
        }
        + convolutions(volume, weight: f32(8, 4, 3, 3, 3), wrong: f32(8, 4, 3, 3, 2)) { filters, size, groups, bias in
            Convolution3D(filters: filters, kernel: [size, size, size], groups: groups, bias: bias)
        } + transposed + pools

    private static func convolutions(
        _ x: TensorType, weight: TensorType, wrong: TensorType,
        _ make: (_ filters: Int, _ size: Int, _ groups: Int, _ bias: Bool) -> any Operator
    ) -> [Breach] {
        [
            Breach(make(8, 3, 1, true), [], "C1", "takes x, a weight and a bias, not 0 operands"),
            Breach(make(8, 3, 1, false), [x, weight, f32(8)], "C1", "takes x and a weight, not 3 operands"),
            Breach(make(8, 3, 1, true), [f32("N", 4)], "C2", "not on f32[N, 4]"),
            Breach(make(8, 3, 3, true), [x], "C3", "8 filters can't be split into 3 groups"),
            Breach(make(8, 3, 0, true), [x], "C3", "8 filters can't be split into 0 groups"),
            Breach(make(8, 8, 8, true), [x], "C3", "the 4 channels"),
            Breach(make(8, 10, 1, true), [x], "C4", "spans 10 along dimension 2"),
            Breach(make(8, 3, 1, true), [x, wrong], "C5", "is \(weight) here, not \(wrong)"),
            Breach(make(8, 3, 1, true), [x, weight, f32(4)], "C6", "is f32[8] here, not f32[4]"),
            Breach(make(8, 0, 1, true), [x], "C7", "can't have a window of [0"),
            Breach(make(0, 3, 1, true), [x], "C7", "can't have 0 filters"),
        ]
    }

    private static let transposed: [Breach] = [1, 2, 3].flatMap { rank in
        let x = [sound, image, volume][rank - 1]
        let places = Array(repeating: 3, count: rank)
        let (weight, wrong) = (TensorType(shape: [4, 8] + places), TensorType(shape: [8, 4] + places))
        func make(
            filters: Int = 8, size: Int = 3, groups: Int = 1, bias: Bool = true, padding: Int = 0, outputPadding: Int = 0
        ) -> any Operator {
            func all(_ number: Int) -> [Int] { Array(repeating: number, count: rank) }
            switch rank {
            case 1:
                return ConvolutionTranspose1D(
                    filters: filters, kernel: size, padding: padding, outputPadding: outputPadding, groups: groups,
                    bias: bias)
            case 2:
                return ConvolutionTranspose2D(
                    filters: filters, kernel: all(size), padding: all(padding), outputPadding: all(outputPadding),
                    groups: groups, bias: bias)
            default:
                return ConvolutionTranspose3D(
                    filters: filters, kernel: all(size), padding: all(padding), outputPadding: all(outputPadding),
                    groups: groups, bias: bias)
            }
        }
        return [
            Breach(make(), [], "C1", "takes x, a weight and a bias, not 0 operands"),
            Breach(make(bias: false), [x, weight, f32(8)], "C1", "takes x and a weight, not 3 operands"),
            Breach(make(), [f32("N", 4)], "C2", "not on f32[N, 4]"),
            Breach(make(groups: 3), [x], "C3", "8 filters can't be split into 3 groups"),
            Breach(make(groups: 8), [x], "C3", "the 4 channels"),
            Breach(make(padding: 6), [x], "C4", "makes -1 places of the 9 along dimension 2"),
            Breach(make(outputPadding: 1), [x], "C4", "an output padding of 1 and a stride of 1"),
            Breach(make(), [x, wrong], "C5", "is \(weight) here, not \(wrong)"),
            Breach(make(), [x, weight, f32(4)], "C6", "is f32[8] here, not f32[4]"),
            Breach(make(size: 0), [x], "C7", "can't have a window of [0"),
            Breach(make(filters: 0), [x], "C7", "can't have 0 filters"),
            Breach(make(outputPadding: -1), [x], "C7", "can't have an output padding of [-1"),
        ]
    }

    private static let pools: [Breach] =
        pools(sound) { MaxPool1D(window: [$0], padding: [$1]) }
        + pools(sound) { AveragePool1D(window: [$0], padding: [$1]) }
        + pools(volume) { MaxPool3D(window: [$0, $0, $0], padding: [$1, $1, $1]) }
        + pools(volume) { AveragePool3D(window: [$0, $0, $0], padding: [$1, $1, $1]) }
        + pools(image) { LpPool(window: [$0, $0], padding: [$1, $1]) }
        + [Breach(LpPool(window: [2, 2], p: 0.5), [image], "C6", "0.5 is no power of a norm")]

    private static func pools(
        _ x: TensorType, _ make: (_ window: Int, _ padding: Int) -> any Operator
    ) -> [Breach] {
        [
            Breach(make(2, 0), [x, x], "C1", "takes one value, not 2 operands"),
            Breach(make(2, 0), [f32("N", 4)], "C2", "not on f32[N, 4]"),
            Breach(make(2, 2), [x], "C3", "is not smaller than its window"),
            Breach(make(10, 0), [x], "C4", "spans 10 along dimension 2"),
            Breach(make(0, 0), [x], "C5", "can't have a window of [0"),
        ]
    }
}
