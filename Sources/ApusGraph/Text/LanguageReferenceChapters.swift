/// The chapters of the reference that are about the language itself.
extension LanguageReference {
    static let introduction = """
        # The graph language

        <!-- Made from the code, by LanguageReference. To write it anew: APUS_WRITE_DOCS=1 swift test --filter LanguageReference -->

        A *spec* (`*.graph`) says what a network computes: values, and the operators that make them. What can be derived need \
        not be written, and what is written is checked. This is a whole network:

        ```graph
        # Digits of 28 × 28 pixels, 784 → 128 → 10.
        model mlp
        input image: f32[N, 1, 28, 28]

        flat = flatten(image)
        hidden = relu(dense(flat, units: 128))
        logits = dense(hidden, units: 10)
        output probabilities = softmax(logits)
        ```

        The compiler's passes work on graphs, and print them in the same language, with every type filled in. So what \
        `dump-graph` prints can be read, changed, and given to any tool in the place of a spec: parsing what was printed gives \
        the same graph.

        A text is a list of lines, and each line makes something that the lines below can use. Every value is made once. `#` \
        starts a comment. A line goes on after `(`, `[` and `,`, and before `)` and `]`.

        | line | what it does |
        |---|---|
        | `model mnist_cnn` | names the model; every text has one such line |
        | `setting image_size = 28` | names a whole number that the user of the spec can change |
        | `input image: f32[N, 1, 28, 28]` | declares a value that comes from outside |
        | `conv1 = conv2d(image, filters: 16, kernel: [3, 3])` | calls an operator and names its result |
        | `flat: f32[N, 288] = flatten(pool3)` | the same, with a type that is checked |
        | `w.gradient, b.gradient = dense_weight_gradient(x, dy)` | names several results |
        | `hidden = relu(dense(flat, units: 128))` | a call within a call: its result is named `hidden.dense` |
        | `output probabilities = softmax(logits)` | the result is an output of the model |
        | `output logits` | a value that exists is an output too |
        | `constant c: f32[3] = [1, 2.5, -3]` | a value whose elements are known, in row-major order |
        | `parameter w: f32[10, 84] = glorot_uniform(fan_in: 84, fan_out: 10)` | a value that is trained |
        | `statistic mean: f32[16] = constant(0)` | a value that is stored with the model, but not trained |
        | `fixed parameter w: f32[10, 84] = constant(0)` | a value that keeps its elements while others are trained; `fixed statistic` too |
        | `gradient w = w.gradient` | in a training graph: the gradient of a parameter |
        | `update mean = mean.next` | in a training graph: the next value of a statistic |

        The words that start a line are names everywhere else.
        """

    static let grammar = """
        ## Grammar

        In the EBNF of ISO 14977, with a line end as `newline`:

        ```ebnf
        text        = { [ statement ] newline } ;
        statement   = model | setting | input | parameter | constant | definition | output | assignment ;

        model       = "model" name ;
        setting     = "setting" name "=" expression ;
        input       = "input" name ":" type ;
        parameter   = [ "fixed" ] ( "parameter" | "statistic" ) name ":" type "=" initializer ;
        constant    = "constant" name ":" type "=" "[" [ number { "," number } ] "]" ;
        definition  = [ "output" ] result { "," result } "=" call ;
        output      = "output" name { "," name } ;
        assignment  = ( "gradient" | "update" ) name "=" name ;

        result      = name [ ":" type ] ;
        call        = name "(" [ argument { "," argument } ] ")" ;
        argument    = operand | attribute ;              (* all operands come before all attributes *)
        operand     = name | call ;
        attribute   = name ":" value ;
        value       = expression | real | word | "[" [ expression { "," expression } ] "]" ;
        word        = name ;                             (* true, false, same, ... *)

        type        = ( "f32" | "i32" | "u8" ) "[" [ dimension { "," dimension } ] "]" ;
        dimension   = expression | symbol ;
        symbol      = name ;                             (* that is not a setting *)
        initializer = "constant" "(" number ")"
                    | "glorot_uniform" "(" "fan_in" ":" expression "," "fan_out" ":" expression ")"
                    | "he_normal" "(" "fan_in" ":" expression ")" ;

        expression  = product { ( "+" | "-" ) product } ;
        product     = factor { ( "*" | "/" ) factor } ;
        factor      = integer | name | "-" factor | "(" expression ")" ;
        number      = expression | [ "-" ] ( real | "inf" | "nan" ) ;

        name        = ( letter | "_" ) { letter | digit | "_" | "." ( letter | digit | "_" ) } ;
        integer     = digit { digit } ;
        real        = integer ( "." integer [ exponent ] | exponent ) ;
        exponent    = ( "e" | "E" ) [ "+" | "-" ] integer ;
        letter      = "a" | ... | "z" | "A" | ... | "Z" ;
        digit       = "0" | ... | "9" ;
        comment     = "#" { any character but a line end } ;
        ```

        Nothing that a text contains can make the parser fail otherwise than with an error. These are the bounds: \
        \(LanguageLimit.nameLength) letters in a name, \(LanguageLimit.integer) for whole numbers, \
        \(LanguageLimit.dimension) for a dimension, \(LanguageLimit.rank) dimensions, \(LanguageLimit.elements) elements in a \
        value for one sample, \(LanguageLimit.nesting) calls or parentheses within each other, and \
        \(LanguageLimit.arithmeticOperations) operations in an expression.
        """

    static let settings = """
        ## Settings

        A setting is a whole number with a name. It stands wherever a whole number can: in dimensions, attributes, and other \
        settings. `+`, `-`, `*`, `/` and parentheses compute with it; `/` drops the remainder.

        ```graph
        setting image_size = 28
        setting channels = 1
        setting hidden = 4 * channels * (image_size / 2)
        input image: f32[N, channels, image_size, image_size]
        ```

        Every tool that reads a spec takes other values for its settings: `--set image_size=32 --set channels=3`. Settings that \
        depend on those follow. What a pass prints has no settings any more: their numbers have taken their places.
        """

    static let types = """
        ## Types

        A type is an element type and a shape, `f32[N, 32, 3, 3]`; a scalar is `f32[]`.

        | element type | |
        |---|---|
        | `f32` | IEEE 754 single precision: everything that is computed with |
        | `i32` | 32-bit whole numbers: class labels |
        | `u8` | bytes: which place of its window a pooling operator chose |

        The first dimension of a value can be a symbol, `N` by custom: the batch. It gets its number when the plan runs, and one \
        plan serves every number up to its bound. A value whose first dimension is a number has no batch: parameters, constants, \
        losses. Images are `f32[N, channels, height, width]`. Elements lie in row-major order, the last dimension closest \
        together.
        """

    static let derivation = """
        ## Derivation

        Inputs, parameters and constants have types that are written; every other type is derived, by the shape rule of the \
        operator. Pooling 28 × 28 three times by two gives 14, 7 and 3 rows and columns, so that `flatten` makes 288 = 32 × 3 × 3 \
        numbers of 32 channels, and `dense` has 288 weights for each unit: nobody writes them. Where a type is written, it is \
        checked, and the error says where the right number comes from:

        ```text
        mnist.graph:14:14: error: flat is f32[N, 288], not f32[N, 300]
        14 | flat: f32[N, 300] = flatten(pool3)
           |              ^~~
           = 288 = 32 × 3 × 3, from pool3: f32[N, 32, 3, 3]
        help: write 288, or leave the type out: it is derived
        ```
        """

    static let parameters = """
        ## Parameters

        Operators that are trained bring their parameters: `conv1 = conv2d(image, ...)` has `conv1.weight` and `conv1.bias`. \
        The first pass makes them explicit, and from there on they stand in the text as operands. A spec can do the same, to share a \
        parameter between two calls or to choose how it starts:

        ```graph
        parameter w: f32[10, 784] = he_normal(fan_in: 784)
        logits = dense(flat, w, units: 10, bias: false)
        ```

        | initializer | |
        |---|---|
        | `constant(0)` | the same number everywhere |
        | `glorot_uniform(fan_in: 9, fan_out: 144)` | uniform within ±√(6 / (fan_in + fan_out)): Glorot and Bengio (2010), \
        equation 16 |
        | `he_normal(fan_in: 9)` | normal with standard deviation √(2 / fan_in): He et al. (2015), equation 10 |

        `fan_in` is how many numbers a unit reads, `fan_out` how many units read a number.
        """

    static let errors = """
        ## Errors

        An error says where, what is wrong, and what to do. Where an operator's constraint is broken, it cites the constraint by \
        the label under which this reference states it:

        ```text
        spec.graph:4:10: error: dense works on rows f32[N, features], not on f32[N, 1, 28, 28] (C2)
        4 | y = dense(image, units: 10)
          |           ^~~~~
          = image is f32[N, 1, 28, 28]
        help: flatten it first: dense(flatten(...), units: 10)
        ```

        After an error the parser goes on with the next line, up to \(LanguageLimit.diagnostics) errors, and does not complain of \
        values that are missing only because of an error above.
        """
}
