// danfojs draws plots in browsers only, with Plotly's configuration and layout.

export interface Config {
  [option: string]: unknown;
}

export interface Layout {
  [option: string]: unknown;
}
