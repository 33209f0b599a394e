import ApusGraph

// What entries ask of the attributes of an operator of ours, by their names in the language.
extension NodeExport {
    private func attribute(_ name: String) -> AttributeValue? {
        node.operation.attributes.first { $0.name == name }?.value
    }

    func int(_ name: String, default fallback: Int) -> Int {
        if case .integer(let number) = attribute(name) { number } else { fallback }
    }

    func number(_ name: String) -> Double? {
        switch attribute(name) {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    func flag(_ name: String, default fallback: Bool = false) -> Bool {
        if case .boolean(let flag) = attribute(name) { flag } else { fallback }
    }

    func word(_ name: String, default fallback: String) -> String {
        if case .word(let word) = attribute(name) { word } else { fallback }
    }

    /// A list, or one number that serves for all.
    func ints(_ name: String, count: Int, default fallback: Int) -> [Int] {
        switch attribute(name) {
        case .integers(let numbers): numbers
        case .integer(let number): Array(repeating: number, count: count)
        default: Array(repeating: fallback, count: count)
        }
    }
}
