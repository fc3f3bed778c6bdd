// The functions of mathjs that danfojs uses, for numbers only: without matrices, units, complex and
// big numbers, and without the parser.
export { mean, median, mode, std, variance } from 'mathjs/number';
