import ApusGraph

private func f32(_ dimensions: Dimension...) -> TensorType { TensorType(.f32, dimensions) }

private let rows = f32("N", 10)
private let labels = TensorType(.i32, ["N", 4])

extension Breach {
    static let products: [Breach] = [
        Breach(MatMul(), [rows], "C1", "not [f32[N, 10]]"),
        Breach(MatMul(), [rows, labels], "C1", "i32[N, 4]"),
        Breach(MatMul(), [rows, f32(10)], "C1", "f32[10]"),
        Breach(MatMul(), [rows, f32(9, 3)], "C2", "has 10 numbers here and a column of f32[9, 3] has 9"),
        Breach(MatMul(transposeB: true), [rows, f32(10, 3)], "C2", "and a column of f32[10, 3] has 3"),
        Breach(MatMul(), [f32(2, 4, 5), f32(3, 5, 4)], "C3", "2"),
        Breach(Gemm(), [rows], "C1", "not [f32[N, 10]]"),
        Breach(Gemm(), [f32("N", 2, 10), f32(10, 3)], "C1", "f32[N, 2, 10]"),
        Breach(Gemm(), [rows, f32(9, 3)], "C2", "has 10 numbers here"),
        Breach(Gemm(), [rows, f32(10, 3), f32(4)], "C3", "f32[4] can't be broadcast to f32[N, 3]"),
        Breach(Gemm(), [f32(1, 10), f32(10, 3), f32(4, 3)], "C3", "f32[4, 3] can't be broadcast to f32[1, 3]"),
        Breach(Einsum("ij,jk"), [rows], "C1", "takes 2 f32 operands"),
        Breach(Einsum("ij"), [labels], "C1", "takes 1 f32 operand, not [i32[N, 4]]"),
        Breach(Einsum("ijk->"), [rows], "C2", "'ijk' don't fit the 2 dimensions of f32[N, 10]"),
        Breach(Einsum("ii->i"), [f32(3, 3)], "C2", "'ii' don't fit"),
        Breach(Einsum("ij,jk"), [rows, f32(9, 3)], "C3", "'j' is 10 in f32[N, 10] and 9 elsewhere"),
        Breach(Einsum("ij->ik"), [rows], "C4", "'ik' has a letter twice, or one that no operand has"),
        Breach(Einsum("ij->ii"), [rows], "C4", "'ii' has a letter twice"),
        Breach(Inverse(), [rows, rows], "C1", "takes 1 operand, not 2"),
        Breach(Inverse(), [f32(10)], "C1", "works on f32 matrices, not on f32[10]"),
        Breach(Inverse(), [rows], "C2", "the matrices of f32[N, 10] have no inverses"),
        Breach(Inverse(), [f32(1025, 1025)], "C2", "the matrices of f32[1025, 1025] have no inverses"),
        Breach(Linear(units: 4), [], "C1", "takes x, a weight and a bias, not 0 operands"),
        Breach(Linear(units: 4, bias: false), [rows, f32(4, 10), f32(4)], "C1", "takes x and a weight, not 3"),
        Breach(Linear(units: 4), [f32("N")], "C2", "not on f32[N]"),
        Breach(Linear(units: 4), [f32("N", "F")], "C2", "not on f32[N, F]"),
        Breach(Linear(units: 0), [rows], "C3", "can't have 0 units"),
        Breach(Linear(units: 4), [rows, f32(4, 9)], "C4", "is f32[4, 10] here, not f32[4, 9]"),
        Breach(Linear(units: 4), [rows, f32(4, 10), f32(5)], "C5", "is f32[4] here, not f32[5]"),
    ]
}
