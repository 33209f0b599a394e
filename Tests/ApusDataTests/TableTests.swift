import ApusData
import TestSupport
import Testing

@Suite struct TableTests {
    private let folder = TestFolder()

    private func load(_ text: String, _ labels: String..., like training: Dataset? = nil) throws -> Dataset {
        try Dataset.loadTable(folder.write("t.csv", text), labels: labels, like: training)
    }

    /// The message of reading this text, without the file's name.
    private func error(_ text: String, _ labels: String..., like training: Dataset? = nil) -> String {
        let text = message { _ = try Dataset.loadTable(folder.write("t.csv", text), labels: labels, like: training) }
        #expect(text.hasPrefix(folder.file("t.csv") + ": "), "\(text)")
        return String(text.dropFirst(folder.file("t.csv").count + 2))
    }

    @Test func wordsAreClasses() throws {
        let set = try load("a,kind,b\n1,pear,2\n3,\"apple, red\",4\r\n\r\n5,pear, -0.5e1", "kind")
        #expect(set.featureNames == ["a", "b"] && set.inputs[0].sampleShape == [2])
        #expect(set.inputs[0].elements == .floats([1, 2, 3, 4, 5, -5]))
        #expect(set.classNames == ["apple, red", "pear"] && set.hasNamedClasses)
        #expect(set.labels == [1, 0, 1] && set.targets.sampleShape == [])
        // Some are numbers: the column's words are classes nonetheless.
        #expect(try load("a,k\n1,2\n1,x\n1,1\n", "k").classNames == ["1", "2", "x"])
    }

    @Test func wholeNumbersAreClassesAndOthersAreNot() throws {
        let classes = try load("a,k\n1,2\n3,0\n", "k")
        #expect(classes.labels == [2, 0] && classes.classNames == ["0", "1", "2"] && !classes.hasNamedClasses)
        let numbers = try load("a,k\n1,2.0\n3,0\n", "k")
        #expect(numbers.targets.elements == .floats([2, 0]) && numbers.targets.sampleShape == [])
        #expect(numbers.classNames == ["k"])
        let several = try load("a,k,l\n1,2,3\n4,5,6\n", "l", "k")
        #expect(several.targets.elements == .floats([3, 2, 6, 5]) && several.targets.sampleShape == [2])
        #expect(several.classNames == ["l", "k"] && several.inputs[0].elements == .floats([1, 4]))
        #expect(try load("a,k\n1,-2\n3,0\n", "k").classNames == [])
    }

    @Test func quotesHoldAnything() throws {
        let set = try load("\u{FEFF}\"a\",\"the \"\"label\"\"\"\n\"1\",\"two\nlines\"\n2,\"\"\"\"", "the \"label\"")
        #expect(set.classNames == ["\"", "two\nlines"] && set.inputs[0].elements == .floats([1, 2]))
    }

    @Test func numbersAreReadAsTheLibraryReadsThem() throws {
        for seed in UInt64(0)..<300 {
            var random = SplitMix64(seed: seed)
            let digits = { (count: Int) in
                (0..<count).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
            }
            var text = ["", "-", "+"].randomElement(using: &random)! + digits(Int.random(in: 0...20, using: &random))
            if Bool.random(using: &random) { text += "." + digits(Int.random(in: 0...12, using: &random)) }
            if Bool.random(using: &random) { text += "e" + String(Int.random(in: -30...15, using: &random)) }
            guard let value = Double(text) else { continue }
            let set = try load("a,k\n\(text),1\n", "k")
            #expect(set.inputs[0].elements == .floats([Float(value)]), "seed \(seed): \(text)")
        }
    }

    @Test func saysLineAndColumn() {
        #expect(error("", "k") == "is empty; begin it with a line of the columns' names")
        #expect(error("a,k\n", "k") == "has no lines behind the first; give a line for each sample")
        #expect(
            error("a,,k\n1,2,3", "k") == "line 1, column 2: the column has no name; name every column in the first line"
        )
        #expect(
            error("a,k,a\n1,2,3", "k")
                == "line 1, column 3: 'a' is the name of an earlier column too; give each column a name of its own")
        #expect(error("a,b\n1,2", "k") == "has no column 'k', but a, b; name the label's column as the first line does")
        #expect(error("a,b\n1,2") == "which column is the label? There are a, b; name the label's column")
        #expect(error("k\n1", "k") == "has no columns beside the label's; leave some for the input")
        #expect(
            error("a,k\n1,2\n\n3\n", "k")
                == "line 4 has 1 columns, and the first line names 2; give each line all columns")
        #expect(
            error("a,k\n\"1\n\",2\n", "k")
                == "line 2, column 1: '1\n' is not a finite number in 'a'; write a number, or leave the line out")
        #expect(
            error("a,k\n1,2\nx1,2\n", "k")
                == "line 3, column 1: 'x1' is not a finite number in 'a'; write a number, or leave the line out")
        for number in ["nan", "inf", "0x10", "1e400", "1e39", "1,", "--1", ".", "1e", "１"] {
            #expect(error("a,k\n\(number),2\n", "k").hasPrefix("line 2"), "\(number)")
        }
        #expect(
            error("a,k\n1,\n", "k")
                == "line 2, column 2: there is nothing in 'k'; write a number, or leave the line out")
        #expect(error("a,k,l\n1,2,x\n", "k", "l").hasPrefix("line 2, column 3: 'x' is not a finite number in 'l'"))
        #expect(error("a,k\n\"1,2\n", "k") == "line 2, column 1: its quote is not closed; close it")
        #expect(
            error("a,k\n\"1\"2,3\n", "k")
                == "line 2, column 1: there is text behind the closing quote; double the quotes within a field")
        #expect(error("a,k\n1\"2,3\n", "k").hasPrefix("line 2, column 1: there is a quote within a field"))
        #expect(error("a,k\r1,2\r", "k").hasPrefix("line 1, column 2: there is a carriage return within a line"))
        #expect(error("a,k\n1,99999999999\n", "k").hasPrefix("label 0 is 99999999999.0, too large for a label"))
    }

    @Test func theTestHalfIsLikeTraining() throws {
        let words = try load("a,k\n1,x\n1,y\n", "k")
        #expect(try load("a,k\n1,y\n", "k", like: words).labels == [1])
        #expect(
            error("a,k\n1,y\n1,z\n", "k", like: words)
                == "line 3, column 2: the class 'z' is not known: there are x, y; use the classes of the training part")
        #expect(
            error("b,k\n1,y\n", "k", like: words)
                == "its columns are b, and those for training a; give both the same columns in the same order")
        let numbers = try load("a,k\n1,0.5\n", "k")
        #expect(try load("a,k\n1,3\n", "k", like: numbers).targets.elements == .floats([3]))
        let classes = try load("a,k\n1,1\n", "k")
        #expect(
            error("a,k\n1,0.5\n", "k", like: classes)
                == "'k' is not what it is for training, where it is a whole number; give both the same kind of labels")
        #expect(error("a,k\n1,2\n", "k", like: classes) == "label 0 is 2, and there are 2 classes; labels count from 0")
    }

    @Test func anyTextGivesATableOrAnError() throws {
        let text = Array("a,\"b\"\"c\",k\n1,2.5,x\n\"3\",-4e2,\"y\nz\"\r\n5,6,x\n".utf8)
        let interesting = Array("\",\n\r0-.e\u{0}é".utf8)
        for seed in UInt64(0)..<2000 {
            var random = SplitMix64(seed: seed)
            var changed = text
            for _ in 0...Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: changed.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: changed.remove(at: place)
                case 1: changed.insert(interesting.randomElement(using: &random)!, at: place)
                default: changed[place] = interesting.randomElement(using: &random)!
                }
            }
            do {
                let set = try Dataset.loadTable(folder.write("t.csv", changed), labels: ["k"])
                #expect(set.inputs[0].elements.count == set.count * set.inputs[0].sampleElements, "seed \(seed)")
            } catch { #expect("\(error)".hasPrefix(folder.file("t.csv")), "seed \(seed): \(error)") }
        }
    }
}
