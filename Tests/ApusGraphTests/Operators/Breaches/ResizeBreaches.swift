import ApusGraph

private let image = TensorType(.f32, ["N", 4, 8, 6])
private let bytes = TensorType(.u8, ["N", 4, 8, 6])
private let linear = Interpolation(mode: .linear)

extension Breach {
    static let resizing: [Breach] = [
        Breach(Resize(sizes: [3]), [], "C1", "takes 1 operand"),
        Breach(Resize(), [image], "C1", "takes x and sizes"),
        Breach(Resize(), [image, TensorType(.i64, [2])], "C1", "are not known"),
        Breach(Resize(sizes: [3], interpolation: linear), [bytes], "C1", "can't weigh the elements of u8[N, 4, 8, 6]"),
        Breach(Resize(sizes: [3, 3], axes: [2]), [image], "C2", "2 sizes or scales for 1 axes"),
        Breach(Resize(sizes: [3, 3, 3, 3, 3]), [image], "C2", "are not axes"),
        Breach(Resize(sizes: [0, 3]), [image], "C3", "dimension 2 of f32[N, 4, 8, 6] can't be resized to 0"),
        Breach(Resize(scales: [0.1], axes: [3]), [image], "C3", "can't be resized to 0 (scale 0.1)"),
        Breach(Resize(scales: [1.5], axes: [0]), [image], "C3", "dimension 0 of f32[N, 4, 8, 6] can't be resized"),
        Breach(Interpolate(axis: 0, size: 3, interpolation: linear), [], "C1", "takes 1 operand"),
        Breach(Interpolate(axis: 1, size: 3, interpolation: linear), [bytes], "C1", "can't weigh"),
        Breach(Interpolate(axis: 4, size: 3, interpolation: linear), [image], "C2", "dimension 4 of f32[N, 4, 8, 6]"),
        Breach(Interpolate(axis: 1, size: 0, interpolation: linear), [image], "C2", "can't become 0"),
        Breach(InterpolateGradient(axis: 1, size: 3, interpolation: linear), [bytes], "C1", "no gradient u8"),
        Breach(InterpolateGradient(axis: 4, size: 3, interpolation: linear), [image], "C2", "can't have been 3"),
    ]
}
