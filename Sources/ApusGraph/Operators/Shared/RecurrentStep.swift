import Glibc

/// One step of one sample, and its gradient, for the reference kernels: see ``RecurrentCell``.
struct RecurrentStep {
    let cell: RecurrentCell
    let hidden: Int
    let clip: Double
    let weight: [Double]
    let bias: [Double]?

    private func logistic(_ sum: Double) -> Double { 1 / (1 + exp(-sum)) }
    private func clipped(_ sum: Double) -> Double { clip > 0 ? min(max(sum, -clip), clip) : sum }

    /// The product of a gate's weight with a state, and its bias.
    private func product(_ gate: Int, _ unit: Int, _ state: [Double]) -> Double {
        let row = gate * hidden + unit
        return (0..<hidden).reduce(bias?[row] ?? 0) { $0 + weight[row * hidden + $1] * state[$1] }
    }

    /// Goes from the states before to those after; returns what is saved.
    func advance(_ states: inout [[Double]], _ gates: [Double]) -> [Double] {
        let (h, c) = (states[0], states.count > 1 ? states[1] : [])
        let units = 0..<hidden
        func sum(_ gate: Int, _ unit: Int) -> Double {
            clipped(gates[gate * hidden + unit] + product(gate, unit, h))
        }
        switch cell {
        case .lstm:
            let i = units.map { logistic(sum(0, $0)) }
            let f = units.map { logistic(sum(1, $0)) }
            let g = units.map { Glibc.tanh(sum(2, $0)) }
            let o = units.map { logistic(sum(3, $0)) }
            let next = units.map { f[$0] * c[$0] + i[$0] * g[$0] }
            states = [units.map { o[$0] * Glibc.tanh(next[$0]) }, next]
            return i + f + g + o + next
        case .gruResetAfter, .gruResetBefore:
            let z = units.map { logistic(sum(0, $0)) }
            let r = units.map { logistic(sum(1, $0)) }
            let resets = units.map { r[$0] * h[$0] }
            let products = units.map { product(2, $0, cell == .gruResetAfter ? h : resets) }
            let n = units.map { unit in
                let factor = cell == .gruResetAfter ? r[unit] : 1
                return Glibc.tanh(clipped(gates[2 * hidden + unit] + factor * products[unit]))
            }
            states = [units.map { (1 - z[$0]) * n[$0] + z[$0] * h[$0] }]
            return z + r + n + (cell == .gruResetAfter ? products : resets)
        case .tanh: states = [units.map { Glibc.tanh(sum(0, $0)) }]
        case .relu: states = [units.map { max(0, sum(0, $0)) }]
        }
        return []
    }

    /// Goes from the gradients of the states after a step to those before.
    ///
    /// - Parameters:
    ///   - before: the states before the step.
    ///   - output: the state after it.
    ///   - saved: what it saved.
    /// - Returns: the gradients of the gates, and of the products with the weight.
    func goBack(
        _ gradients: inout [[Double]], before: [[Double]], output: [Double], saved: [Double]
    ) -> (gates: [Double], products: [Double]) {
        let (units, h, dh) = (0..<hidden, before[0], gradients[0])
        func part(_ number: Int) -> [Double] { Array(saved[number * hidden..<(number + 1) * hidden]) }
        var own = [Double](repeating: 0, count: hidden)
        var gates: [Double]
        var products: [Double]
        switch cell {
        case .lstm:
            let (i, f, g, o, next) = (part(0), part(1), part(2), part(3), part(4).map { Glibc.tanh($0) })
            let dc = units.map { gradients[1][$0] + dh[$0] * o[$0] * (1 - next[$0] * next[$0]) }
            gates = units.map { dc[$0] * g[$0] * i[$0] * (1 - i[$0]) }
            gates += units.map { dc[$0] * before[1][$0] * f[$0] * (1 - f[$0]) }
            gates += units.map { dc[$0] * i[$0] * (1 - g[$0] * g[$0]) }
            gates += units.map { dh[$0] * next[$0] * o[$0] * (1 - o[$0]) }
            gradients[1] = units.map { dc[$0] * f[$0] }
            products = gates
        case .gruResetAfter, .gruResetBefore:
            let (z, r, n, last) = (part(0), part(1), part(2), part(3))
            let dn = units.map { dh[$0] * (1 - z[$0]) * (1 - n[$0] * n[$0]) }
            own = units.map { dh[$0] * z[$0] }
            let dz = units.map { dh[$0] * (h[$0] - n[$0]) * z[$0] * (1 - z[$0]) }
            if cell == .gruResetAfter {
                gates = dz + units.map { dn[$0] * last[$0] * r[$0] * (1 - r[$0]) } + dn
                products = gates[..<(2 * hidden)] + units.map { dn[$0] * r[$0] }
            } else {
                let resets = transposedProduct(2, dn)
                for unit in units { own[unit] += resets[unit] * r[unit] }
                gates = dz + units.map { resets[$0] * h[$0] * r[$0] * (1 - r[$0]) } + dn
                products = gates
            }
        case .tanh:
            gates = units.map { dh[$0] * (1 - output[$0] * output[$0]) }
            products = gates
        case .relu:
            gates = units.map { output[$0] > 0 ? dh[$0] : 0 }
            products = gates
        }
        for gate in 0..<(cell == .gruResetBefore ? 2 : cell.gates) {
            let back = transposedProduct(gate, Array(products[gate * hidden..<(gate + 1) * hidden]))
            for unit in units { own[unit] += back[unit] }
        }
        gradients[0] = own
        return (gates, products)
    }

    /// What a gate's gradient is for the state that its weight multiplied.
    private func transposedProduct(_ gate: Int, _ gradient: [Double]) -> [Double] {
        (0..<hidden).map { unit in
            (0..<hidden).reduce(0) { $0 + weight[(gate * hidden + $1) * hidden + unit] * gradient[$1] }
        }
    }
}
