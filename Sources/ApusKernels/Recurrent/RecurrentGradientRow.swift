/// The gradient of one step of one sample. `stateGradient` and `cellGradient` are those after the step, and become those before
/// it, but for what the products with the weights add.
struct RecurrentGradientRow {
    let hidden: Int
    let outputGradient: Floats?
    let output: Floats
    let saved: Floats?
    let stateBefore: Floats?
    let cellBefore: Floats?
    let peepholes: Floats?
    let stateGradient: Floats
    let cellGradient: Floats
    let resetGradient: Floats
    let sums: Floats
    let gateGradient: Floats
    let recurrentGateGradient: Floats?

    /// With `s` for the gradient of `h'`, and `k` for that of `c'`, which gets `s·o·(1 − tanh²c')` and the peephole of `o`: see
    /// ``RecurrentCell/lstm``.
    func goBackLSTM() {
        var unit = 0
        while unit < hidden {
            let (input, forget) = (load(saved, 0, unit), load(saved, 1, unit))
            let (candidate, output) = (load(saved, 2, unit), load(saved, 3, unit))
            let before = load(cellBefore, 0, unit)
            let state = stateGradient.vector(at: unit) + load(outputGradient, 0, unit)
            let bent = hyperbolicTangent(load(saved, 4, unit))
            let outputSum = state * bent * output * (1 - output)
            var cell = multiplyAdd(cellGradient.vector(at: unit), state * output, 1 - bent * bent)
            cell = multiplyAdd(cell, outputSum, load(peepholes, 2, unit))
            let inputSum = cell * candidate * input * (1 - input)
            let forgetSum = cell * before * forget * (1 - forget)
            set(0, unit, inputSum)
            set(1, unit, forgetSum)
            set(2, unit, cell * input * (1 - candidate * candidate))
            set(3, unit, outputSum)
            let peepholes = multiplyAdd(
                inputSum * load(self.peepholes, 0, unit), forgetSum, load(self.peepholes, 1, unit))
            cellGradient.store(multiplyAdd(peepholes, cell, forget), at: unit)
            stateGradient.store(Vector(), at: unit)
            unit += lanes
        }
    }

    /// See ``RecurrentCell/gruResetAfter`` and ``RecurrentCell/gruResetBefore``; of the second ``finishReset()`` is left to do.
    func goBackGRU(resetAfter: Bool) {
        var unit = 0
        while unit < hidden {
            let (update, reset) = (load(saved, 0, unit), load(saved, 1, unit))
            let candidate = load(saved, 2, unit)
            let state = stateGradient.vector(at: unit) + load(outputGradient, 0, unit)
            let candidateSum = state * (1 - update) * (1 - candidate * candidate)
            set(0, unit, state * (load(stateBefore, 0, unit) - candidate) * update * (1 - update))
            if resetAfter {
                set(1, unit, candidateSum * load(saved, 3, unit) * reset * (1 - reset))
                set(2, unit, candidateSum, recurrent: candidateSum * reset)
            } else {
                set(2, unit, candidateSum)
            }
            stateGradient.store(state * update, at: unit)
            unit += lanes
        }
    }

    /// What follows from the gradient of `r·h`.
    func finishReset() {
        var unit = 0
        while unit < hidden {
            let reset = load(saved, 1, unit)
            let gradient = resetGradient.vector(at: unit)
            set(1, unit, gradient * load(stateBefore, 0, unit) * reset * (1 - reset))
            stateGradient.store(multiplyAdd(stateGradient.vector(at: unit), gradient, reset), at: unit)
            unit += lanes
        }
    }

    /// See ``RecurrentCell/tanh`` and ``RecurrentCell/relu``.
    func goBackPlain(relu: Bool) {
        var unit = 0
        while unit < hidden {
            let output = load(self.output, 0, unit)
            let state = stateGradient.vector(at: unit) + load(outputGradient, 0, unit)
            set(0, unit, relu ? state.replacing(with: 0, where: output .<= 0) : state * (1 - output * output))
            stateGradient.store(Vector(), at: unit)
            unit += lanes
        }
    }

    /// Elements of part `number` of a row; zeros where there is none.
    @inline(__always)
    private func load(_ elements: Floats?, _ number: Int, _ unit: Int) -> Vector {
        guard let elements else { return Vector() }
        let place = elements + number &* hidden + unit
        return hidden - unit >= lanes ? place.vector(at: 0) : firstElements(place, hidden - unit)
    }

    /// Sets a gate's gradient, which is also that of the product.
    @inline(__always)
    private func set(_ number: Int, _ unit: Int, _ value: Vector) { set(number, unit, value, recurrent: value) }

    @inline(__always)
    private func set(_ number: Int, _ unit: Int, _ value: Vector, recurrent: Vector) {
        let offset = number &* hidden + unit
        store(recurrent, sums + offset, unit)
        store(value, gateGradient + offset, unit)
        if let recurrentGateGradient { store(recurrent, recurrentGateGradient + offset, unit) }
    }

    @inline(__always)
    private func store(_ value: Vector, _ place: Floats, _ unit: Int) {
        if hidden - unit >= lanes { place.store(value, at: 0) } else { storeFirst(value, place, hidden - unit) }
    }
}
