/// A kind of recurrent step. The order of the gates is that of the formulas, in which `σ` is the logistic function, `x` are the
/// gates' inputs, `h` and `c` state and cell before the step, `R` and `b` weight and bias.
public enum RecurrentCell: String, Sendable, CaseIterable {
    /// Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997), with forget gates:
    ///
    ///     i = σ(xᵢ + Rᵢ·h + bᵢ)    f = σ(x_f + R_f·h + b_f)    g = tanh(x_g + R_g·h + b_g)    o = σ(xₒ + Rₒ·h + bₒ)
    ///     c' = f·c + i·g    h' = o·tanh(c')
    case lstm
    /// Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder" (2014), with the reset gate after the product:
    ///
    ///     z = σ(x_z + R_z·h + b_z)    r = σ(x_r + R_r·h + b_r)    n = tanh(xₙ + r·(Rₙ·h + bₙ))    h' = (1 − z)·n + z·h
    case gruResetAfter = "gru_reset_after"
    /// The same with the reset gate before the product: `n = tanh(xₙ + Rₙ·(r·h) + bₙ)`.
    case gruResetBefore = "gru_reset_before"
    /// `h' = tanh(x + R·h + b)`
    case tanh
    /// `h' = max(0, x + R·h + b)`
    case relu

    /// Gates of a step.
    public var gates: Int {
        switch self {
        case .lstm: 4
        case .gruResetAfter, .gruResetBefore: 3
        case .tanh, .relu: 1
        }
    }

    /// What a step saves for the gradient, in numbers of `hidden` elements. **lstm**: `i, f, g, o, c'`. **gru**: `z, r, n`, and
    /// `Rₙ·h + bₙ` (reset after) or `r·h` (reset before).
    public var saved: Int {
        switch self {
        case .lstm: 5
        case .gruResetAfter, .gruResetBefore: 4
        case .tanh, .relu: 0
        }
    }

    /// What goes from step to step: state, and cell.
    public var states: Int { self == .lstm ? 2 : 1 }
}
