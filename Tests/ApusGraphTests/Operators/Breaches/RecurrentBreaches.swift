import ApusGraph

private func f32(_ dimensions: Dimension...) -> TensorType { TensorType(.f32, dimensions) }

private let x = f32("N", 5, 8)
private let lengths = TensorType(.i32, ["N"])
private let wrongLengths = TensorType(.i32, [5])

extension Breach {
    static let recurrences: [Breach] =
        layers("lstm", gates: 4) { LSTM(hidden: $0, direction: .bidirectional, isInitialized: $1) }
        + layers("gru", gates: 3) { GRU(hidden: $0, direction: .bidirectional, isInitialized: $1) }
        + layers("rnn", gates: 1) { RNN(hidden: $0, direction: .bidirectional, isInitialized: $1) }
        + steps + gradient

    private static func layers(
        _ name: String, gates: Int, _ make: (_ hidden: Int, _ isInitialized: Bool) -> any Operator
    ) -> [Breach] {
        let rows = Dimension.fixed(2 * gates * 3)
        let (weight, recurrent) = (f32(rows, 8), f32(rows, 3))
        return [
            Breach(make(3, false), [], "C1", "\(name) takes x, not 0 operands"),
            Breach(make(3, true), [x], "C1", "\(name) takes x and its initial states, not 1 operand"),
            Breach(
                make(3, false), [x, weight, recurrent, f32(rows), f32(rows), f32(rows)], "C1",
                "\(name) has \(name == "gru" ? 4 : 3) parameters, not 5"),
            Breach(make(3, false), [x, wrongLengths], "C1", "is i32[N] here, not i32[5]"),
            Breach(make(3, false), [f32("N", 8)], "C2", "not on f32[N, 8]"),
            Breach(make(3, false), [f32("N", "T", 8)], "C2", "not on f32[N, T, 8]"),
            Breach(make(0, false), [x], "C3", "can't have a state of 0 numbers"),
            Breach(
                make(3, true), [x, f32("N", 1, 3), f32("N", 1, 3)], "C4", "is f32[N, 2, 3] here, not f32[N, 1, 3]"),
            Breach(make(3, false), [x, recurrent], "C5", "is \(weight) here, not \(recurrent)"),
            Breach(make(3, false), [x, weight, weight], "C5", "is \(recurrent) here, not \(weight)"),
        ]
    }

    private static let steps: [Breach] = {
        let (gates, weight, bias, state) = (f32("N", 5, 12), f32(12, 3), f32(12), f32("N", 3))
        let lstm = RecurrentSteps(.lstm, isInitialized: true)
        return [
            Breach(lstm, [gates, weight, bias], "C1", "takes 5 operands, and perhaps lengths, not 3 operands"),
            Breach(lstm, [gates, weight, bias, state, state, lengths, lengths], "C1", "not 7 operands"),
            Breach(lstm, [f32("N", 12), weight, bias, state, state], "C2", "works on 4 gates for each step"),
            Breach(lstm, [f32("N", 5, 11), weight, bias, state, state], "C2", "not on f32[N, 5, 11]"),
            Breach(lstm, [gates, f32(12, 4), bias, state, state], "C3", "is f32[12, 3] here, not f32[12, 4]"),
            Breach(lstm, [gates, weight, f32(3), state, state], "C4", "is f32[12] here, not f32[3]"),
            Breach(lstm, [gates, weight, bias, state, f32(5, 3)], "C5", "is f32[N, 3] here, not f32[5, 3]"),
            Breach(lstm, [gates, weight, bias, state, state, wrongLengths], "C6", "is i32[N] here, not i32[5]"),
        ]
    }()

    private static let gradient: [Breach] = {
        let (y, weight, saved, state) = (f32("N", 5, 3), f32(12, 3), f32("N", 5, 15), f32("N", 3))
        let lstm = RecurrentStepsGradient(.lstm, given: [0, 2])
        let initialized = RecurrentStepsGradient(.lstm, isInitialized: true)
        return [
            Breach(lstm, [y, state, weight, y], "C1", "takes 5 operands, and perhaps lengths, not 4 operands"),
            Breach(lstm, [y, state, weight, state, saved], "C2", "the steps' result is f32[N, 3]"),
            Breach(lstm, [state, state, weight, y, saved], "C3", "is f32[N, 5, 3] here, not f32[N, 3]"),
            Breach(lstm, [y, y, weight, y, saved], "C3", "is f32[N, 3] here, not f32[N, 5, 3]"),
            Breach(lstm, [y, state, saved, y, saved], "C3", "the weight"),
            Breach(lstm, [y, state, weight, y, y], "C3", "what is saved"),
            Breach(lstm, [y, state, weight, y, saved, wrongLengths], "C3", "the lengths"),
            Breach(initialized, [y, weight, y, saved, state, y], "C3", "an initial state"),
            Breach(RecurrentStepsGradient(.tanh, given: []), [weight, y], "C4", "[] are not results of tanh steps"),
            Breach(RecurrentStepsGradient(.tanh, given: [2]), [state, weight, y], "C4", "[2] are not results"),
            Breach(RecurrentStepsGradient(.lstm, given: [1, 0]), [state, y, weight, y, saved], "C4", "[1, 0]"),
        ]
    }()
}
